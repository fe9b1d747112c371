import type { Attribution, IncidentDraft } from "#domain/incident/analysis.ts";
import { type Account, HOUR, type Seen } from "../world/seen.ts";
import { fromAttackerAddress, type Handles, isStrangePlace } from "./weighed.ts";

/**
 * Marks every row of an account as the attacker's, the owner's or unclear, outwards from the proven events over
 * addresses and sessions. An address the account or its colleagues are at home on never makes a row red by itself.
 */
export function attribute(
  account: Account,
  incidents: readonly IncidentDraft[],
  cited: ReadonlySet<Seen>,
  handles: Handles,
): Attribution[] {
  const first = Math.min(...incidents.map((i) => Date.parse(i.firstAttackerActivity)));
  const last = Math.max(...incidents.map((i) => Date.parse(i.lastAttackerActivity)));
  let lastHis = Number.NEGATIVE_INFINITY;
  const out: Attribution[] = [];
  for (const seen of account.events) {
    const verdict = one(seen, cited, handles, { first, last, lastHis });
    if (verdict.verdict === "attacker") lastHis = seen.at;
    for (const recordId of seen.ids) out.push({ recordId, ...verdict });
  }
  return out;
}

type When = { first: number; last: number; lastHis: number };

function one(seen: Seen, cited: ReadonlySet<Seen>, handles: Handles, when: When): Omit<Attribution, "recordId"> {
  if (cited.has(seen)) return { verdict: "attacker", reason: "cited by a signal of the incident" };
  if (seen.place.trustedDevice) return { verdict: "owner", reason: "on a device the company knows" };
  if (isStrangePlace(seen) && fromAttackerAddress(handles, seen))
    return { verdict: "attacker", reason: "same address as the attacker's sign-in" };
  const session = handles.sessions.get(seen.event.handles.sessionId ?? "");
  const inSession = session !== undefined && seen.at >= session;
  if (inSession && seen.place.standing === "silent")
    return { verdict: "attacker", reason: "in the attacker's session" };
  if (seen.place.standing === "own" || seen.place.standing === "company")
    return { verdict: "owner", reason: seen.place.notes[0] ?? "familiar network" };
  if (seen.at < when.first) return { verdict: "owner", reason: "before the attacker's first activity" };
  if (seen.place.standing === "new") {
    return inSession || seen.place.strangeness >= 1.25
      ? { verdict: "unclear", reason: "from another unfamiliar address" }
      : { verdict: "owner", reason: "nothing ties it to the attacker" };
  }
  if (seen.at - when.lastHis <= HOUR && seen.at <= when.last + HOUR)
    return { verdict: "unclear", reason: "no telling address, right after the attacker's activity" };
  return { verdict: "owner", reason: "nothing ties it to the attacker" };
}
