import type { Notable } from "#domain/incident/analysis.ts";
import { JUDGEMENT } from "../weights.ts";
import type { Account } from "../world/seen.ts";
import type { Weighed } from "./weighed.ts";

const NOTABLE = 1;

/** A merely new place is no news; everything else counts by the stronger of what it says alone and in its setting. */
function isNotable({ detection, finding, points }: Weighed): boolean {
  if (detection.id === "unfamiliar-sign-in" && points < JUDGEMENT.suspiciousAccess) return false;
  return Math.max(points, finding.weight.own) >= NOTABLE;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What no incident tells and is worth a line, by time, then kind, then record. */
export function notable(judged: readonly { account: Account; rest: readonly Weighed[] }[]): Notable[] {
  return judged
    .flatMap(({ account, rest }) =>
      rest.filter(isNotable).map(({ detection, finding }) => ({
        account: account.ref,
        kind: detection.id,
        at: finding.events.at(-1)!.event.occurredAt,
        recordIds: [...new Set(finding.events.flatMap((seen) => seen.ids))],
        why: finding.reason,
      })),
    )
    .sort((a, b) => order(a.at, b.at) || order(a.kind, b.kind) || order(a.recordIds[0]!, b.recordIds[0]!));
}
