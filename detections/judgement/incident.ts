import type { AnalysisInput, Evidence, IncidentDraft, IncidentKind, Severity } from "#domain/incident/analysis.ts";
import { dedupKey } from "../define-detection.ts";
import { JUDGEMENT } from "../weights.ts";
import { tellingIp } from "../world/baseline.ts";
import type { Account, Seen } from "../world/seen.ts";
import type { World } from "../world/world.ts";
import { findingsLeftBehind } from "./persistence.ts";
import { byTime, judge, type Story } from "./story.ts";
import { isStrangePlace, knownToWeigh, type Weighed } from "./weighed.ts";

function recordIds(events: readonly Seen[]): string[] {
  return [...new Set(events.flatMap((seen) => seen.ids))];
}

export function signalOf(part: Weighed): IncidentDraft["signals"][number] {
  const { detection, finding, points } = part;
  return {
    detection: detection.id,
    title: finding.title ?? detection.title,
    at: finding.events.at(-1)!.event.occurredAt,
    account: finding.account.ref,
    recordIds: recordIds(finding.events),
    dedupKey: dedupKey(detection, finding),
    weight: Math.round(points * 100) / 100,
    attack: [...new Set(detection.attack.map((a) => a.technique))],
    reason: finding.reason,
  };
}

function severityOf(score: number): Severity {
  if (score >= JUDGEMENT.critical) return "critical";
  return score >= JUDGEMENT.high ? "high" : "medium";
}

const ADMIN = new Set([
  "transport-rule-diverts-mail",
  "mail-flow-opened",
  "privileged-roles-given",
  "lookalike-account",
  "sign-in-rules-weakened",
  "audit-switched-off",
]);
const APPS = new Set(["illicit-consent", "lookalike-app", "app-credential-added"]);

function sum(parts: readonly Weighed[], wanted: (part: Weighed) => boolean): number {
  return parts.filter(wanted).reduce((total, part) => total + part.points, 0);
}

/** Applications planted in this story: what comes from their servers is their work, not a stranger's sign-in. */
function plantedApps(parts: readonly Weighed[]): Set<string> {
  const made = parts.filter((p) => APPS.has(p.detection.id)).flatMap((p) => p.finding.artifacts ?? []);
  return new Set(made.flatMap((a) => (a.detail.appId ? [a.detail.appId.toLowerCase()] : [])));
}

function kindOf(parts: readonly Weighed[]): IncidentKind {
  const has = (...keys: string[]): boolean => parts.some((p) => keys.includes(p.finding.weight.key));
  if (has("spray-success", "spray-password-known")) return "spray-compromise";
  if (has("aitm-kit", "aitm-pattern")) return "aitm";
  if (
    has(
      "session-two-clients",
      "session-lost-device",
      "session-lost-habit",
      "session-two-homes",
      "session-two-networks",
      "session-on-vpn",
    )
  )
    return "session-theft";
  if (has("device-code", "device-code-device")) return "device-code";
  const planted = plantedApps(parts);
  const byApp = (p: Weighed): boolean => p.finding.events.some((s) => planted.has(s.event.client.appId ?? ""));
  const access = sum(parts, (p) => p.detection.stage === "access" && !byApp(p));
  const admin = sum(parts, (p) => ADMIN.has(p.detection.id));
  const apps = sum(parts, (p) => APPS.has(p.detection.id));
  const mailbox = sum(
    parts,
    (p) => p.detection.stage !== "access" && !ADMIN.has(p.detection.id) && !APPS.has(p.detection.id) && !byApp(p),
  );
  if (admin >= Math.max(apps, mailbox) && admin > 0) return "admin-takeover";
  if (apps >= mailbox && apps > 0 && apps >= access) return "illicit-consent";
  if (
    mailbox > access ||
    has("rule-hides", "rule-hides-warnings", "rule-hides-nameless", "forward-outside", "forward-freemail")
  )
    return "mailbox-takeover";
  return "password-compromise";
}

const OPENING: Record<IncidentKind, string> = {
  aitm: "Sign-in stolen by a phishing page",
  "session-theft": "Session stolen and used elsewhere",
  "device-code": "Owner deceived into typing a device code",
  "password-compromise": "Account used by somebody else",
  "spray-compromise": "Password found by spraying",
  "illicit-consent": "Application planted in the tenant",
  "mailbox-takeover": "Mailbox taken over",
  "admin-takeover": "Administrator account misused",
  "leftover-persistence": "Something an intruder left is still there",
};

function placeWords(parts: readonly Weighed[]): string {
  const access = parts.filter((p) => p.detection.stage === "access").sort((a, b) => b.points - a.points)[0];
  const seen = access?.finding.events.filter(isStrangePlace).at(-1);
  const fact = seen?.facts.ip;
  if (!seen || !fact) return "";
  const where = [fact.org, fact.country].filter(Boolean).join(", ");
  return ` from ${fact.ip}${where ? ` (${where})` : ""}`;
}

function headlineOf(kind: IncidentKind, parts: readonly Weighed[]): string {
  const acts = parts.filter((p) => p.detection.stage !== "access").sort((a, b) => b.points - a.points);
  const titles = [...new Set(acts.slice(0, 2).map((p) => (p.finding.title ?? p.detection.title).toLowerCase()))];
  return `${OPENING[kind]}${placeWords(parts)}${titles.length > 0 ? `, then: ${titles.join("; ")}` : ""}`;
}

const HOW: Record<IncidentKind, (name: string) => string> = {
  aitm: (name) => `somebody signed in as ${name} with a session stolen through a copied sign-in page`,
  "session-theft": (name) => `somebody went on using a session of ${name} from another place`,
  "device-code": (name) => `${name} was deceived into signing somebody else in with a device code`,
  "password-compromise": (name) => `somebody other than the owner signed in as ${name}`,
  "spray-compromise": (name) => `somebody who tried passwords on many accounts got into ${name}`,
  "illicit-consent": (name) => `an application that reaches mail or files was planted in the name of ${name}`,
  "mailbox-takeover": (name) => `somebody other than the owner changed what happens to the mail of ${name}`,
  "admin-takeover": (name) => `somebody used the rights of ${name} to change the tenant`,
  "leftover-persistence": (name) => `something an intruder left in ${name} is still there`,
};

const when = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** Two or three sentences for a client: when, how and from where; what followed; the one thing that says most. */
function tell(
  kind: IncidentKind,
  account: Account,
  parts: readonly Weighed[],
  span: { from: string; to: string },
): string {
  const [main] = [...parts].sort((a, b) => b.points - a.points);
  const acts = parts.filter((p) => p.detection.stage !== "access");
  const titles = [...new Set(acts.map((p) => (p.finding.title ?? p.detection.title).toLowerCase()))];
  const until = span.to.slice(0, 16) === span.from.slice(0, 16) ? "" : ` The last known act was on ${when(span.to)}.`;
  return [
    `On ${when(span.from)} ${HOW[kind](account.ref.upn)}${placeWords(parts)}.`,
    titles.length > 0 ? ` What followed: ${titles.join("; ")}.` : "",
    until,
    main ? ` Says most: ${main.finding.reason}` : "",
  ].join("");
}

/** The moment the story could first be known: parts in the order in which each was known, until they carry it. */
function detectableAt(story: Story): string {
  const ordered = [...story.parts].sort(
    (a, b) => knownToWeigh(a.finding).at - knownToWeigh(b.finding).at || byTime(a, b),
  );
  for (let count = 1; count <= ordered.length; count++) {
    const part = ordered[count - 1]!;
    if (judge(ordered.slice(0, count)).coherent) return knownToWeigh(part.finding).event.occurredAt;
  }
  return new Date(story.to).toISOString();
}

function attackerOf(parts: readonly Weighed[]): IncidentDraft["attacker"] {
  const strange = parts.flatMap((p) => p.finding.events).filter((seen) => isStrangePlace(seen));
  const collect = (values: (string | undefined)[]): string[] =>
    [...new Set(values.filter((v) => v !== undefined && v !== ""))].sort() as string[];
  return {
    ips: collect(strange.map(tellingIp)),
    asns: collect(
      strange.map((s) =>
        s.facts.ip?.asn ? `AS${s.facts.ip.asn}${s.facts.ip.org ? ` ${s.facts.ip.org}` : ""}` : undefined,
      ),
    ),
    userAgents: collect(strange.map((s) => s.event.client.userAgent)).slice(0, 10),
    sessions: collect(strange.map((s) => s.event.handles.sessionId)).slice(0, 20),
    apps: collect(
      parts
        .filter((p) => APPS.has(p.detection.id))
        .flatMap((p) => p.finding.artifacts ?? [])
        .map((a) => a.name),
    ),
  };
}

/** The same compromise keeps its key: account and the first handle it was known by. */
function keyOf(account: Account, parts: readonly Weighed[]): string {
  const access = [...parts]
    .filter((p) => p.detection.stage === "access")
    .sort((a, b) => a.from - b.from || byTime(a, b))[0];
  const seen = access?.finding.events.find(isStrangePlace);
  const first = [...parts].sort(byTime)[0]!;
  const handle = seen ? (tellingIp(seen) ?? seen.event.handles.sessionId) : undefined;
  return `${account.key}|${handle ?? `${first.detection.id}:${first.finding.events[0]!.ids[0]}`}`;
}

function against(parts: readonly Weighed[]): Evidence[] {
  const out: Evidence[] = [];
  for (const part of parts) {
    for (const text of part.against)
      out.push({
        text: `${part.finding.title ?? part.detection.title}: ${text}`,
        recordIds: recordIds(part.finding.events).slice(0, 5),
      });
  }
  return out;
}

/** An incident as drafted from one coherent story. */
export function draft(account: Account, story: Story, world: World, input: AnalysisInput): IncidentDraft {
  const parts = [...story.parts].sort(byTime);
  const kind = kindOf(parts);
  const signals = parts.map(signalOf);
  const cited = parts.flatMap((p) => p.finding.events);
  const times = cited.map((seen) => seen.event.occurredAt).sort();
  return {
    key: keyOf(account, parts),
    account: account.ref,
    kind,
    severity: severityOf(story.score),
    confidence: Math.round((1 - Math.exp(-story.score / JUDGEMENT.confidenceScale)) * 1000) / 1000,
    headline: headlineOf(kind, parts),
    story: tell(kind, account, parts, { from: times[0]!, to: times.at(-1)! }),
    firstAttackerActivity: times[0]!,
    lastAttackerActivity: times.at(-1)!,
    detectableAt: detectableAt(story),
    attack: [...new Set(signals.flatMap((s) => s.attack))].sort(),
    attacker: attackerOf(parts),
    signals,
    recordIds: recordIds(cited),
    persistence: findingsLeftBehind(parts, world),
    for: [...parts]
      .sort((a, b) => b.points - a.points)
      .map((p) => ({
        text: p.finding.reason,
        weight: Math.round(p.points * 100) / 100,
        recordIds: recordIds(p.finding.events).slice(0, 20),
      })),
    against: against(parts),
    notVisible: [...(input.blindSpots ?? []), ...blindOf(cited, world)],
    phish: parts.flatMap((p) => p.finding.phish ?? []),
  };
}

/** What could not be seen, from the records alone. */
function blindOf(cited: readonly Seen[], world: World): string[] {
  const out: string[] = [];
  if (!world.events.some((s) => s.event.source === "sign-in"))
    out.push("No Entra sign-in log: devices, locations and risk of the sign-ins are not known");
  if (!world.events.some((s) => s.event.action === "mail.read"))
    out.push("No record of opened mail: what was read is not known");
  if (cited.every((s) => s.event.handles.sessionId === undefined)) out.push("No session ids in the cited records");
  return out;
}
