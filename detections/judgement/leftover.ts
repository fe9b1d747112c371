import type { NormalizedEvent } from "#domain/event/event.ts";
import { addressesIn } from "#domain/event/normalize/rule.ts";
import type {
  AccountRef,
  AnalysisInput,
  IncidentDraft,
  InventoryItem,
  Notable,
  PersistenceFinding,
} from "#domain/incident/analysis.ts";
import { ABUSED_APPS } from "../abused-apps.ts";
import { describeRule, hidingWeight } from "../inbox-rules.ts";
import { imitated, isNameless } from "../lookalike.ts";
import { worstOutside } from "../mail-destination.ts";
import { JUDGEMENT, LEFTOVER } from "../weights.ts";
import type { World } from "../world/world.ts";
import { localPart } from "../world/world.ts";

type Rule = NonNullable<NormalizedEvent["rule"]>;
type Judged = { item: InventoryItem; points: number; why: string[]; effect: string };

/** Detail keys as inventories write them, whatever their capitals. */
function detailOf(item: InventoryItem): (...names: string[]) => string | undefined {
  const lower = new Map(Object.entries(item.detail).map(([k, v]) => [k.toLowerCase(), v]));
  return (...names) => names.map((n) => lower.get(n.toLowerCase())).find((v) => v !== undefined && v !== "");
}

function conditions(text: string | undefined): Record<string, string> {
  if (!text) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) {
      return Object.fromEntries(
        Object.entries(parsed)
          .filter(([, v]) => v !== null && v !== false && !(Array.isArray(v) && v.length === 0))
          .map(([k, v]) => [k, typeof v === "string" ? v : JSON.stringify(v)]),
      );
    }
  } catch {
    return { conditions: text };
  }
  return {};
}

function ruleOf(item: InventoryItem): Rule {
  const get = detailOf(item);
  const forwards = ["forwardTo", "forwardsTo", "forwardAsAttachmentTo", "redirectTo"].flatMap((n) =>
    addressesIn(get(n)),
  );
  const moves = get("moveToFolder", "movesTo", "copyToFolder");
  return {
    name: item.name,
    conditions: conditions(get("conditions")),
    ...(forwards.length > 0 ? { forwardsTo: forwards } : {}),
    ...(moves ? { movesTo: moves } : {}),
    deletes: get("delete", "permanentDelete", "deletes", "deleteMessage") === "true",
    marksRead: get("markAsRead", "marksRead") === "true",
  };
}

function judgeRule(item: InventoryItem, world: World): Judged {
  const rule = ruleOf(item);
  const why: string[] = [];
  let points = 0;
  const add = (more: number, text: string): void => {
    points += more;
    why.push(text);
  };
  const to = worstOutside(rule.forwardsTo ?? [], world);
  const hiding = hidingWeight(rule);
  if (to) add(LEFTOVER[to.kind === "inside" ? "outside" : to.kind], `sends mail to ${to.address}`);
  if (hiding && hiding !== "rule-plain")
    add(hiding === "rule-hides-nameless" ? LEFTOVER.hidesNameless : LEFTOVER.hides, "puts telling mail out of sight");
  if (to && (hiding || rule.marksRead)) add(LEFTOVER.forwardsUnseen, "and leaves no trace in the inbox");
  if (to && !hiding && isNameless(rule.name)) add(LEFTOVER.nameless, "under a name made to be overlooked");
  if (detailOf(item)("isHidden") === "true" && points > 0) add(LEFTOVER.hidden, "and is hidden from Outlook");
  return { item, points, why, effect: describeRule(rule) };
}

const MAIL_SCOPE = /(^|\s|\/)(mail\.|mailboxsettings\.|ews\.|imap\.|files\.readwrite|full_access)/i;

/** How many people use an application, by the grants of the live inventory. */
function usersOf(appId: string, world: World): number {
  const users = new Set<string>();
  for (const item of world.inventory)
    if (item.kind === "oauth-grant" && item.detail.appId === appId)
      users.add(item.detail.principalId ?? item.mailbox?.upn ?? "all");
  return users.size;
}

function judgeGrant(item: InventoryItem, world: World): Judged {
  const get = detailOf(item);
  const appId = get("appId") ?? "";
  const scopes = get("scopes", "scope") ?? "";
  const why: string[] = [];
  let points = 0;
  const service = world.inventory.find((i) => i.kind === "service-principal" && i.detail.appId === appId);
  const verified = service?.detail.isVerified === "true" || get("isVerified") === "true";
  const disguised = imitated(item.name)?.how === "disguised";
  const mail = MAIL_SCOPE.test(scopes);
  if (disguised && mail) {
    points += LEFTOVER.appDisguised;
    why.push("its name imitates another by look-alike letters");
  }
  const users = usersOf(appId, world);
  if (mail && !verified && users <= 2 && get("consentType") !== "AllPrincipals") {
    points += LEFTOVER.appAlone;
    why.push("reads mail, nobody vouches for its publisher and hardly anybody else uses it");
  }
  if (ABUSED_APPS.has(appId.toLowerCase()) && users <= 2) {
    points += LEFTOVER.appAbused;
    why.push("public reports name it in stolen mailboxes");
  }
  return {
    item,
    points,
    why,
    effect: `reaches ${scopes.split(/\s+/).filter(Boolean).slice(0, 4).join(", ")} without a password`,
  };
}

function judgeItem(item: InventoryItem, world: World): Judged {
  const get = detailOf(item);
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
  const principal = item.detail.principalId;
  if (!principal) return undefined;
  const known = world.accountOf(principal);
  return (
    known?.ref ??
    world.inventory.find((i) => i.mailbox?.objectId === principal)?.mailbox ?? { objectId: principal, upn: principal }
  );
}

function isSame(a: AccountRef, b: AccountRef): boolean {
  if (a.objectId && b.objectId) return a.objectId.toLowerCase() === b.objectId.toLowerCase();
  return a.upn.toLowerCase() === b.upn.toLowerCase();
}

function recordIdOf(item: InventoryItem): string {
  return `inventory/${item.kind}/${item.objectId}`;
}

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
      .map((p) => `${p.item.kind} "${p.item.name}"`)
      .slice(0, 2)
      .join(" and ")}`,
    story: parts.map((p) => `The ${p.item.kind} "${p.item.name}" ${p.why.join(", ")}.`).join(" "),
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

/** A legitimate twin stays, and is shown as such; what the attacker left is joined to his incident. */
function extend(raised: IncidentDraft, mine: Judged[]): void {
  for (const judged of mine) {
    const { item } = judged;
    if (!/^(inbox-rule|oauth-grant|mailbox-forwarding)$/.test(item.kind)) continue;
    const known = raised.persistence.find(
      (p) => p.kind === item.kind && (p.objectId === item.objectId || p.name.toLowerCase() === item.name.toLowerCase()),
    );
    if (!known) raised.persistence.push(finding(judged, judged.points >= LEFTOVER.joins));
  }
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
    const owner = ownerOf(item, world);
    if (!owner) continue;
    const key = (owner.objectId ?? owner.upn).toLowerCase();
    const entry = owners.get(key) ?? { owner, parts: [] };
    entry.parts.push(judgeItem(item, world));
    owners.set(key, entry);
  }
  for (const { owner, parts } of owners.values()) {
    const open = raised.find((i) => isSame(i.account, owner) || localPart(i.account.upn) === localPart(owner.upn));
    if (open) {
      extend(open, parts);
      continue;
    }
    const telling = parts.filter((p) => p.points > 0);
    const score = telling.reduce((sum, p) => sum + p.points, 0);
    if (score >= JUDGEMENT.incident) incidents.push(incident(owner, telling, input));
    else {
      for (const p of telling)
        notable.push({
          account: owner,
          kind: "leftover-persistence",
          at: p.item.createdAt ?? input.asOf,
          recordIds: [recordIdOf(p.item)],
          why: `"${p.item.name}" ${p.why.join(", ")}.`,
        });
    }
  }
  return { incidents, notable };
}
