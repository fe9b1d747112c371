import type { IncidentDraft } from "#domain/incident/analysis.ts";
import { guessingCampaigns } from "../guessing.ts";
import { JUDGEMENT } from "../weights.ts";
import { type Taint, tellingIp } from "../world/baseline.ts";
import { type Account, HOUR, type Seen } from "../world/seen.ts";
import type { World } from "../world/world.ts";
import { attribute } from "./attribution.ts";
import type { Story } from "./story.ts";
import { type Handles, isStrangePlace, type Weighed } from "./weighed.ts";

/** What a pass found on one account. */
export type Suspected = {
  account: Account;
  /** Handles of everything strange on the account. */
  suspects: Handles;
  incidents: IncidentDraft[];
  cited: ReadonlySet<Seen>;
  proofs: readonly Seen[];
};

/** The intruder's side of a proof: a merely new address is as well the owner's own side of it. */
const isBurning = (seen: Seen): boolean => isStrangePlace(seen) && seen.place.strangeness >= JUDGEMENT.suspiciousAccess;

/** Acts that leave no doubt about who is on the address they came from. */
function isProof(part: Weighed): boolean {
  if (part.detection.stage === "access") return part.finding.weight.own >= JUDGEMENT.decisiveAccess;
  return part.link === 1 && part.finding.weight.own >= JUDGEMENT.damningAct;
}

/** The records of incidents that prove whose their addresses are. */
export const proofsIn = (stories: readonly Story[]): Seen[] =>
  stories.flatMap((story) => story.parts.filter(isProof).flatMap((part) => part.finding.events.filter(isBurning)));

/** What the incidents of a pass, and the sprays, teach about whom nobody may learn from; added to what was known. */
export function taintOf(world: World, judged: readonly Suspected[], known: Taint): Taint {
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
    .filter((one) => one.incidents.length > 0)
    .flatMap((one) => attribute(one.account, one.incidents, one.cited, one.suspects))
    .filter((row) => row.verdict === "attacker");
  return {
    ips: new Map([...taint].map(([ip, times]) => [ip, [...times].sort((a, b) => a - b)])),
    records: new Set([...known.records, ...his.map((row) => row.recordId)]),
  };
}

/** Has a pass taught nothing? What is known only grows. */
export const isSameTaint = (a: Taint, b: Taint): boolean =>
  a.records.size === b.records.size &&
  a.ips.size === b.ips.size &&
  [...a.ips].every(([ip, times]) => b.ips.get(ip)?.join() === times.join());
