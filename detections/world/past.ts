import type { NormalizedEvent } from "#domain/event/event.ts";
import type { AccountRef, AnalysisInput, PastSighting } from "#domain/incident/analysis.ts";
import { assignAccounts } from "./accounts.ts";
import { isLearnable, type PastDay, tellingIp } from "./baseline.ts";
import { distinctEvents } from "./distinct.ts";
import { type Account, DAY } from "./seen.ts";

/** A sighting as an event, so that the caller's facts can be asked about it. */
function asEvent({ account, ip, userAgent, country, first }: PastSighting): NormalizedEvent {
  return {
    recordId: "",
    source: "ual",
    contentHash: "",
    occurredAt: first,
    category: "other",
    action: "",
    operation: "",
    outcome: "success",
    actor: { kind: "person", ...account },
    client: { ip, ...(userAgent ? { userAgent } : {}) },
    handles: {},
    ...(country ? { signIn: { location: { country } } } : {}),
    params: {},
  };
}

/** Which of the accounts at hand a sighting is of. */
function keysOf(accounts: ReadonlyMap<string, Account>): (ref: AccountRef) => string {
  const names = new Map([...accounts.values()].map((a) => [a.ref.upn.toLowerCase(), a.key]));
  return ({ objectId, upn }) =>
    objectId !== undefined && accounts.has(objectId) ? objectId : (names.get(upn.toLowerCase()) ?? objectId ?? upn);
}

/** The past day by day, oldest first, each as the event that a baseline would have learnt from. */
export function pastDays(input: AnalysisInput, accounts: ReadonlyMap<string, Account>): PastDay[] {
  const keyOf = keysOf(accounts);
  const out = (input.past ?? []).flatMap((sighting): PastDay[] => {
    const event = asEvent(sighting);
    const facts = input.factsOf(event);
    const client = { ...event.client, ...(sighting.deviceId ? { deviceId: sighting.deviceId } : {}) };
    const account = { key: keyOf(sighting.account) };
    const first = Date.parse(sighting.first);
    return sighting.days.map((day, n) => ({ at: n === 0 ? first : day * DAY, facts, event: { client }, account }));
  });
  return out.sort((a, b) => a.at - b.at || (a.account.key < b.account.key ? -1 : 1));
}

/** The past that events before a time leave behind; `isAttackers` tells the records nobody may learn from. */
export function pastOf(
  input: Pick<AnalysisInput, "events" | "factsOf">,
  before: string,
  isAttackers: (recordId: string) => boolean,
): PastSighting[] {
  const earlier = input.events.filter((e) => e.occurredAt < before && !isAttackers(e.recordId));
  const seen = distinctEvents({ ...input, events: earlier, asOf: before });
  assignAccounts(seen);
  const out = new Map<string, PastSighting>();
  for (const one of seen) {
    const ip = tellingIp(one);
    if (!one.account || !ip || !isLearnable(one)) continue;
    const { userAgent, deviceId } = one.event.client;
    const country = one.event.signIn?.location?.country;
    const key = [one.account.key, ip, userAgent, deviceId, country].join("|");
    const day = Math.floor(one.at / DAY);
    const known = out.get(key);
    if (!known) {
      out.set(key, {
        account: one.account.ref,
        ip,
        ...(userAgent ? { userAgent } : {}),
        ...(deviceId ? { deviceId } : {}),
        ...(country ? { country } : {}),
        first: one.event.occurredAt,
        days: [day],
      });
    } else if (known.days.at(-1) !== day) known.days.push(day);
  }
  return [...out.values()];
}
