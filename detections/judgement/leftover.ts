import { addressesIn } from "#domain/event/normalize/rule.ts";
import type {
  AccountRef,
  AnalysisInput,
  IncidentDraft,
  InventoryItem,
  Notable,
  PersistenceFinding,
} from "#domain/incident/analysis.ts";
import { makingOf } from "../leftover-history.ts";
import { judgeKind } from "../leftover-kinds.ts";
import { detailOf, type Judged, judgeGrant, judgeRule } from "../leftover-mail.ts";
import { worstOutside } from "../mail-destination.ts";
import { JUDGEMENT, LEFTOVER } from "../weights.ts";
import type { World } from "../world/world.ts";
import { localPart } from "../world/world.ts";
import { isSameArtifact } from "./persistence.ts";

/** What an object is, and what the log tells of its making: from a strange place it weighs more, from home no less. */
function judgeItem(item: InventoryItem, world: World, input: AnalysisInput): Judged {
  const judged = judgeByKind(item, world, input);
  const making = makingOf(item, world);
  if (making?.place === "strange") {
    judged.points += LEFTOVER.madeStrange;
    judged.why.push(making.why);
  } else if (making?.place === "home" && judged.points === 0) judged.why.push(making.why);
  return judged;
}

function judgeByKind(item: InventoryItem, world: World, input: AnalysisInput): Judged {
  const get = detailOf(item);
  const other = judgeKind(item, get, world, input.factsOf);
  if (other) return { item, ...other };
  if (item.kind === "inbox-rule") return judgeRule(item, world);
  if (item.kind === "oauth-grant") return judgeGrant(item, world);
  if (item.kind === "mailbox-forwarding") {
    const to = worstOutside(addressesIn(get("forwardTo", "forwardsTo") ?? item.name), world);
    if (to)
      return {
        item,
        points: LEFTOVER[to.kind === "inside" ? "outside" : to.kind],
        why: [`sends all mail to ${to.address}`],
        effect: `sends mail to ${to.address}`,
      };
  }
  return { item, points: 0, why: [], effect: "" };
}

function finding(judged: Judged, byAttacker: boolean): PersistenceFinding {
  const { item } = judged;
  return {
    kind: item.kind,
    name: item.name,
    state: item.enabled ? "active" : "disabled",
    objectId: item.objectId,
    ...(item.mailbox ? { mailbox: item.mailbox.upn } : {}),
    byAttacker,
    why: judged.why.length > 0 ? judged.why.join(" ") : "nothing ties it to the attacker; it stays",
    effect: judged.effect,
    detail: item.detail,
  };
}

/** Whose item it is: its mailbox, or the person a grant was given by. */
function ownerOf(item: InventoryItem, world: World): AccountRef | undefined {
  if (item.mailbox) return item.mailbox;
  const principal = item.detail.principalId ?? consenter(item, world);
  if (!principal) return memberOf(item, world) ?? makingOf(item, world)?.account.ref;
  const known = world.accountOf(principal);
  return (
    known?.ref ??
    world.inventory.find((i) => i.mailbox?.objectId === principal)?.mailbox ?? { objectId: principal, upn: principal }
  );
}

/** Who let an application in, when it was one person: the grants name him. */
function consenter(item: InventoryItem, world: World): string | undefined {
  if (item.kind !== "service-principal") return undefined;
  const grants = world.inventory.filter((i) => i.kind === "oauth-grant" && i.detail.appId === item.detail.appId);
  const people = new Set(grants.map((g) => g.detail.principalId).filter((p) => p !== undefined));
  return people.size === 1 ? [...people][0] : undefined;
}

function memberOf(item: InventoryItem, world: World): AccountRef | undefined {
  return item.kind === "role-assignment" ? world.accountOf(item.name)?.ref : undefined;
}

function isSame(a: AccountRef, b: AccountRef): boolean {
  if (a.objectId && b.objectId) return a.objectId.toLowerCase() === b.objectId.toLowerCase();
  return a.upn.toLowerCase() === b.upn.toLowerCase();
}

function recordIdOf(item: InventoryItem): string {
  return `inventory/${item.kind}/${item.objectId}`;
}

/** `oauth-grant` → `OAuth grant`. */
const wordsOf = ({ kind }: InventoryItem): string =>
  kind.replaceAll("-", " ").replace("oauth", "OAuth").replace("mfa", "MFA");

function incident(owner: AccountRef, parts: Judged[], input: AnalysisInput): IncidentDraft {
  const score = parts.reduce((sum, p) => sum + p.points, 0);
  const at =
    parts
      .map((p) => p.item.createdAt)
      .filter((t) => t !== undefined)
      .sort()[0] ?? input.asOf;
  const ids = parts.map((p) => recordIdOf(p.item));
  return {
    key: `${owner.objectId ?? owner.upn}|leftover`,
    account: owner,
    kind: "leftover-persistence",
    severity: score >= JUDGEMENT.high ? "high" : "medium",
    confidence: Math.round((1 - Math.exp(-score / JUDGEMENT.confidenceScale)) * 1000) / 1000,
    headline: `Something an intruder left is still there: ${parts
      .map((p) => `${wordsOf(p.item)} "${p.item.name}"`)
      .slice(0, 2)
      .join(" and ")}`,
    story: parts.map((p) => `The ${wordsOf(p.item)} "${p.item.name}" ${p.why.join(", ")}.`).join(" "),
    firstAttackerActivity: at,
    lastAttackerActivity: at,
    detectableAt: input.asOf,
    attack: ["T1098", "T1114.003"],
    attacker: {
      ips: [],
      asns: [],
      userAgents: [],
      sessions: [],
      apps: parts.filter((p) => p.item.kind === "oauth-grant").map((p) => p.item.name),
    },
    signals: parts.map((p) => ({
      detection: "leftover-persistence",
      title: "Left behind by an intruder",
      at: p.item.createdAt ?? input.asOf,
      account: owner,
      recordIds: [recordIdOf(p.item)],
      dedupKey: `leftover-persistence:${p.item.kind}:${p.item.objectId}`,
      weight: p.points,
      attack: ["T1098"],
      reason: `"${p.item.name}" ${p.why.join(", ")}.`,
    })),
    recordIds: ids,
    persistence: parts.map((p) => finding(p, true)),
    for: parts.map((p) => ({
      text: `"${p.item.name}" ${p.why.join(", ")}.`,
      weight: p.points,
      recordIds: [recordIdOf(p.item)],
    })),
    against: [],
    notVisible: ["No log shows who made this or when", ...(input.blindSpots ?? [])],
    phish: [],
  };
}

/** Kinds a person asks about while cleaning up, even where nothing speaks against one of them. */
const SHOWN_AS_TWIN = new Set(["inbox-rule", "oauth-grant", "mailbox-forwarding"]);

/** A legitimate twin stays, and is shown as such; what the attacker left is joined to his incident. */
function extend(raised: IncidentDraft, mine: Judged[]): void {
  for (const judged of mine) {
    const { item } = judged;
    if (judged.points === 0 && !SHOWN_AS_TWIN.has(item.kind)) continue;
    const known = raised.persistence.find((p) => isSameArtifact(item, p));
    if (!known) raised.persistence.push(finding(judged, judged.points >= LEFTOVER.joins));
  }
}

/**
 * The incident whose attacker made the object, whoever's it is: one account was taken over, and what its attacker set up
 * in others' mailboxes is his, no second compromise.
 */
function incidentOfMaker(
  item: InventoryItem,
  raised: readonly IncidentDraft[],
  world: World,
): IncidentDraft | undefined {
  const holder = raised.find((i) => i.persistence.some((p) => p.byAttacker && isSameArtifact(item, p)));
  if (holder) return holder;
  const record = makingOf(item, world)?.record;
  if (!record) return undefined;
  return raised.find((i) => record.ids.some((id) => i.recordIds.includes(id)));
}

/** Objects of the whole organization whose maker no log names. */
const NOBODY_KNOWN = "(the organization)";

function noteOf(judged: Judged, account: AccountRef, input: AnalysisInput): Notable {
  return {
    account,
    kind: "leftover-persistence",
    at: judged.item.createdAt ?? input.asOf,
    recordIds: [recordIdOf(judged.item)],
    why: `"${judged.item.name}" ${judged.why.join(", ")}.`,
  };
}

/**
 * Live objects that only an intruder leaves, even where no log shows their making. Items of an account that already
 * has an incident join it; others become one leftover incident per account when they weigh enough.
 */
export function leftovers(
  world: World,
  raised: readonly IncidentDraft[],
  input: AnalysisInput,
): { incidents: IncidentDraft[]; notable: Notable[] } {
  const incidents: IncidentDraft[] = [];
  const notable: Notable[] = [];
  const owners = new Map<string, { owner: AccountRef; parts: Judged[] }>();
  for (const item of world.inventory) {
    const judged = judgeItem(item, world, input);
    const owner = ownerOf(item, world);
    if (!owner) {
      if (judged.points >= LEFTOVER.joins) notable.push(noteOf(judged, { upn: NOBODY_KNOWN }, input));
      continue;
    }
    const key = (owner.objectId ?? owner.upn).toLowerCase();
    const entry = owners.get(key) ?? { owner, parts: [] };
    entry.parts.push(judged);
    owners.set(key, entry);
  }
  for (const { owner, parts } of owners.values()) {
    const open = raised.find((i) => isSame(i.account, owner) || localPart(i.account.upn) === localPart(owner.upn));
    if (open) {
      extend(open, parts);
      continue;
    }
    const unclaimed: Judged[] = [];
    for (const part of parts) {
      const maker = part.points > 0 ? incidentOfMaker(part.item, raised, world) : undefined;
      if (maker) extend(maker, [part]);
      else unclaimed.push(part);
    }
    const telling = unclaimed.filter((p) => p.points > 0);
    const score = telling.reduce((sum, p) => sum + p.points, 0);
    if (score >= JUDGEMENT.incident) incidents.push(incident(owner, telling, input));
    else {
      for (const p of telling) notable.push(noteOf(p, owner, input));
    }
  }
  return { incidents, notable };
}
