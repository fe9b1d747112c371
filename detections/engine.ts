import type { Analysis, AnalysisInput, Attribution, IncidentDraft, Notable } from "#domain/incident/analysis.ts";
import { CATALOG } from "./catalog.ts";
import type { Detection, Finding } from "./define-detection.ts";
import { guessingCampaigns } from "./guessing.ts";
import { attribute } from "./judgement/attribution.ts";
import { failedAttacks, isAttack, targetedAccounts } from "./judgement/failed-attacks.ts";
import { draft } from "./judgement/incident.ts";
import { leftovers } from "./judgement/leftover.ts";
import { stories } from "./judgement/story.ts";
import { type Handles, handlesOf, isStrangePlace, type Weighed, weighAccount } from "./judgement/weighed.ts";
import { NO_CONTENT, type OwnContent } from "./own/content.ts";
import { type OwnFinding, ownFindings } from "./own/findings.ts";
import { tellOwnSignals } from "./own/signals.ts";
import { JUDGEMENT, type Weight } from "./weights.ts";
import { CLEAN, type Taint, tellingIp } from "./world/baseline.ts";
import { type Account, HOUR, type Seen } from "./world/seen.ts";
import { buildWorld, prepare, type World } from "./world/world.ts";

type Judged = {
  account: Account;
  /** Handles of everything strange on the account. */
  suspects: Handles;
  /** Handles of what its incidents hold. */
  handles: Handles;
  incidents: IncidentDraft[];
  cited: Set<Seen>;
  proofs: Seen[];
  rest: Weighed[];
};

function isPersonal(account: Account): boolean {
  return account.events.some((seen) => seen.event.actor.kind === "person" || seen.event.actor.kind === "guest");
}

type Found = { detection: Detection; finding: Finding };

function findings(world: World, own: readonly Found[] = []): Map<Account, Found[]> {
  const out = new Map<Account, Found[]>();
  const all = CATALOG.flatMap((detection) => detection.find(world).map((finding) => ({ detection, finding })));
  for (const { detection, finding } of [...all, ...own]) {
    if (finding.events.length === 0) continue;
    finding.events.sort((a, b) => a.at - b.at || (a.ids[0]! < b.ids[0]! ? -1 : 1));
    const list = out.get(finding.account) ?? [];
    list.push({ detection, finding });
    out.set(finding.account, list);
  }
  return out;
}

/** Every firing of the catalogue on its own, before any judgement of what it means together with others. */
export function firings(input: AnalysisInput): { detection: string; recordIds: string[]; weight: Weight }[] {
  return [...findings(buildWorld(input)).values()].flat().map(({ detection, finding }) => ({
    detection: detection.id,
    recordIds: [...new Set(finding.events.flatMap((e) => e.ids))],
    weight: finding.weight,
  }));
}

function judgeAll(world: World, input: AnalysisInput, own: readonly OwnFinding[]): Judged[] {
  const out: Judged[] = [];
  const verdicts = own.filter((found) => found.isVerdict);
  for (const [account, found] of findings(world, verdicts)) {
    const handles = handlesOf(account, found);
    const weighed = weighAccount(account, found, handles);
    const { incidents, rest } = isPersonal(account) ? stories(weighed) : { incidents: [], rest: weighed };
    out.push({
      account,
      suspects: handles,
      // Only what the incidents hold makes an address or a session the attacker's: the owner's first day on a new
      // network, months before, was strange as well.
      handles: handlesOf(
        account,
        incidents.flatMap((story) => story.parts),
      ),
      incidents: incidents.map((story) => draft(account, story, world, input)),
      cited: new Set(
        incidents.flatMap((s) =>
          s.parts.flatMap((p) =>
            p.detection.stage === "access"
              ? p.finding.events.filter((e) => e.event.outcome !== "success" || isStrangePlace(e))
              : p.finding.events,
          ),
        ),
      ),
      proofs: incidents.flatMap((story) =>
        story.parts.filter(isProof).flatMap((p) => p.finding.events.filter(isBurning)),
      ),
      rest,
    });
  }
  return out.sort((a, b) => (a.account.key < b.account.key ? -1 : 1));
}

/** The intruder's side of a proof: a merely new address is as well the owner's own side of it. */
function isBurning(seen: Seen): boolean {
  return isStrangePlace(seen) && seen.place.strangeness >= JUDGEMENT.suspiciousAccess;
}

/** Acts that leave no doubt about who is on the address they came from. */
function isProof(part: Weighed): boolean {
  if (part.detection.stage === "access") return part.finding.weight.own >= JUDGEMENT.decisiveAccess;
  return part.link === 1 && part.finding.weight.own >= JUDGEMENT.damningAct;
}

/** What the incidents of a pass, and the sprays, teach about whom nobody may learn from; added to what was known. */
function taintOf(world: World, judged: readonly Judged[], known: Taint): Taint {
  const taint = new Map([...known.ips].map(([ip, times]) => [ip, new Set(times)]));
  const add = (ip: string | undefined, at: number): void => {
    if (!ip) return;
    const hour = Math.floor(at / HOUR) * HOUR;
    const times = taint.get(ip) ?? new Set<number>();
    const first = Math.min(...times);
    times.add(at < first ? at : Math.max(first, hour));
    taint.set(ip, times);
  };
  for (const found of guessingCampaigns(world)) {
    if (found.kind !== "spray") continue;
    for (const attempt of found.attempts) add(attempt.event.client.ip, attempt.at);
  }
  for (const { proofs } of judged) for (const seen of proofs) add(tellingIp(seen), seen.at);
  // More cautious than what people are shown: nobody learns from a row that may be his.
  const his = judged
    .filter((j) => j.incidents.length > 0)
    .flatMap((j) => attribute(j.account, j.incidents, j.cited, j.suspects))
    .filter((row) => row.verdict === "attacker");
  return {
    ips: new Map([...taint].map(([ip, times]) => [ip, [...times].sort((a, b) => a - b)])),
    records: new Set([...known.records, ...his.map((row) => row.recordId)]),
  };
}

function attributed(judged: readonly Judged[], guesses: readonly Seen[]): Attribution[] {
  return judged
    .filter((j) => j.incidents.length > 0)
    .flatMap((j) => attribute(j.account, j.incidents, new Set([...j.cited, ...guesses]), j.handles));
}

function sameTaint(a: Taint, b: Taint): boolean {
  return (
    a.records.size === b.records.size &&
    a.ips.size === b.ips.size &&
    [...a.ips].every(([ip, at]) => b.ips.get(ip)?.join() === at.join())
  );
}

const MAX_PASSES = 3;
const NOTABLE = 1;

function notable(judged: readonly Judged[]): Notable[] {
  const out: Notable[] = [];
  for (const { account, rest } of judged) {
    for (const { detection, finding, points } of rest) {
      if (
        Math.max(points, finding.weight.own) < NOTABLE ||
        (detection.id === "unfamiliar-sign-in" && points < JUDGEMENT.suspiciousAccess)
      )
        continue;
      out.push({
        account: account.ref,
        kind: detection.id,
        at: finding.events.at(-1)!.event.occurredAt,
        recordIds: [...new Set(finding.events.flatMap((e) => e.ids))],
        why: finding.reason,
      });
    }
  }
  return out.sort((a, b) =>
    a.at < b.at
      ? -1
      : a.at > b.at
        ? 1
        : a.kind < b.kind
          ? -1
          : a.kind > b.kind
            ? 1
            : a.recordIds[0]! < b.recordIds[0]!
              ? -1
              : 1,
  );
}

const RANK = { low: 0, medium: 1, high: 2, critical: 3 } as const;

function worstFirst(a: IncidentDraft, b: IncidentDraft): number {
  return RANK[b.severity] - RANK[a.severity] || b.confidence - a.confidence || (a.key < b.key ? -1 : 1);
}

/**
 * The whole judgement: records in, incidents, failed attacks, notable behaviour and attribution out. Pure: the same
 * set of records gives the same result in any order, doubled or not. A first pass finds who attacked; baselines are
 * then built again without what that attacker taught them, until nothing changes. Own content adds signals, and
 * verdicts where it was let; a drop-in that fails is told to `onFault`.
 */
export function analyze(
  input: AnalysisInput,
  content: OwnContent = NO_CONTENT,
  onFault?: (id: string, error: unknown) => void,
): Analysis {
  const prepared = prepare(input);
  let taint = CLEAN;
  let world = buildWorld(input, taint, prepared);
  let own = ownFindings(world, content, onFault);
  let judged = judgeAll(world, input, own);
  for (let pass = 1; pass < MAX_PASSES; pass++) {
    const next = taintOf(world, judged, taint);
    if (sameTaint(taint, next)) break;
    taint = next;
    world = buildWorld(input, taint, prepared);
    own = ownFindings(world, content, onFault);
    judged = judgeAll(world, input, own);
  }
  const raised = judged.flatMap((j) => j.incidents);
  const guesses = guessingCampaigns(world)
    .filter(isAttack)
    .flatMap((c) => c.attempts);
  const left = leftovers(world, raised, input);
  const incidents = [...raised, ...left.incidents].sort(worstFirst);
  const told = tellOwnSignals(incidents, own);
  return {
    incidents,
    failedAttacks: failedAttacks(world),
    notable: [...notable(judged), ...left.notable, ...told],
    attribution: attributed(judged, guesses),
    targetedAccounts: targetedAccounts(world),
  };
}
