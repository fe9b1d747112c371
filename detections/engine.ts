import type { Analysis, AnalysisInput, Attribution, IncidentDraft } from "#domain/incident/analysis.ts";
import { CATALOG } from "./catalog.ts";
import type { Detection, Finding } from "./define-detection.ts";
import { guessingCampaigns } from "./guessing.ts";
import { attribute, citedIn } from "./judgement/attribution.ts";
import { failedAttacks, isAttack, targetedAccounts } from "./judgement/failed-attacks.ts";
import { draft } from "./judgement/incident.ts";
import { leftovers } from "./judgement/leftover.ts";
import { notable } from "./judgement/notable.ts";
import { stories } from "./judgement/story.ts";
import { isSameTaint, proofsIn, type Suspected, taintOf } from "./judgement/taint.ts";
import { type Handles, handlesOf, type Weighed, weighAccount } from "./judgement/weighed.ts";
import { NO_CONTENT, type OwnContent } from "./own/content.ts";
import { type OwnFinding, ownFindings } from "./own/findings.ts";
import { tellOwnSignals } from "./own/signals.ts";
import type { Weight } from "./weights.ts";
import { CLEAN } from "./world/baseline.ts";
import type { Account, Seen } from "./world/seen.ts";
import { buildWorld, prepare, type World } from "./world/world.ts";

type Judged = Suspected & {
  /** Handles of what its incidents hold. */
  handles: Handles;
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
      cited: citedIn(incidents),
      proofs: proofsIn(incidents),
      rest,
    });
  }
  return out.sort((a, b) => (a.account.key < b.account.key ? -1 : 1));
}

function attributed(judged: readonly Judged[], guesses: readonly Seen[]): Attribution[] {
  return judged
    .filter((j) => j.incidents.length > 0)
    .flatMap((j) => attribute(j.account, j.incidents, new Set([...j.cited, ...guesses]), j.handles));
}

const MAX_PASSES = 3;

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
    if (isSameTaint(taint, next)) break;
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
