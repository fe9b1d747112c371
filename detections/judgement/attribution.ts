import type { Attribution, IncidentDraft } from "#domain/incident/analysis.ts";
import { type Account, HOUR, type Seen } from "../world/seen.ts";
import type { Story } from "./story.ts";
import { fromAttackerAddress, type Handles, isStrangePlace } from "./weighed.ts";

/** The records that incidents rest on; of an access only what somebody at home would not have done. */
export const citedIn = (stories: readonly Story[]): Set<Seen> =>
  new Set(
    stories.flatMap((story) =>
      story.parts.flatMap(({ detection, finding: { events } }) =>
        detection.stage === "access"
          ? events.filter((seen) => seen.event.outcome !== "success" || isStrangePlace(seen))
          : events,
      ),
    ),
  );

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
  const apps = plantedApps(cited);
  const shared = sessionsOfOwner(account);
  let lastHis = Number.NEGATIVE_INFINITY;
  const out: Attribution[] = [];
  for (const seen of account.events) {
    const verdict = one(seen, cited, handles, { first, last, lastHis, apps, shared });
    if (verdict.verdict === "attacker") lastHis = seen.at;
    for (const recordId of seen.ids) out.push({ recordId, ...verdict });
  }
  return out;
}

type When = { first: number; last: number; lastHis: number; apps: ReadonlySet<string>; shared: ReadonlySet<string> };

/** Sessions that were used where the owner is at home: his own, or his that somebody copied. */
function sessionsOfOwner(account: Account): Set<string> {
  const out = new Set<string>();
  for (const { event, place } of account.events) {
    const { sessionId } = event.handles;
    if (sessionId && (place.trustedDevice || place.standing === "own" || place.standing === "company"))
      out.add(sessionId);
  }
  return out;
}

/** Applications that a cited act let in or made. */
function plantedApps(cited: ReadonlySet<Seen>): Set<string> {
  const out = new Set<string>();
  for (const { event } of cited) {
    if (!/^(app|service-principal)\./.test(event.action)) continue;
    for (const id of [event.app?.appId, event.app?.objectId]) if (id) out.add(id);
  }
  return out;
}

/** The application he planted: what it was given, and what it did itself. */
function isPlanted({ event }: Seen, apps: ReadonlySet<string>): boolean {
  return [event.app?.appId, event.app?.objectId, event.client.appId].some((id) => id !== undefined && apps.has(id));
}

/** Who fails or is asked again and again at an address was there before he got in. */
const TRIES = 24 * HOUR;

function one(seen: Seen, cited: ReadonlySet<Seen>, handles: Handles, when: When): Omit<Attribution, "recordId"> {
  if (cited.has(seen)) return { verdict: "attacker", reason: "cited by a signal of the incident" };
  if (seen.at >= when.first - HOUR && isPlanted(seen, when.apps))
    return { verdict: "attacker", reason: "about the application he planted" };
  if (seen.place.trustedDevice) return { verdict: "owner", reason: "on a device the company knows" };
  if (isStrangePlace(seen) && fromAttackerAddress(handles, seen, seen.event.outcome === "success" ? 0 : TRIES))
    return { verdict: "attacker", reason: "same address as the attacker's sign-in" };
  const session = handles.sessions.get(seen.event.handles.sessionId ?? "");
  const inSession = session !== undefined && seen.at >= session;
  if (inSession && seen.place.standing === "silent")
    return { verdict: "attacker", reason: "in the attacker's session" };
  if (inSession && seen.place.standing === "new" && !when.shared.has(seen.event.handles.sessionId ?? ""))
    return { verdict: "attacker", reason: "in a session that only the attacker used" };
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
