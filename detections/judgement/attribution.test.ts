import { expect, it } from "vitest";
import type { IncidentDraft } from "#domain/incident/analysis.ts";
import { DAY, HOUR, type Seen } from "../world/seen.ts";
import { attribute } from "./attribution.ts";
import { accountOf, HOME, NOON, STRANGE, seenAt } from "./testing/parts.ts";
import type { Handles } from "./weighed.ts";

const EVIL = "45.76.10.9";
const his = (more: Parameters<typeof seenAt>[0] = {}) => seenAt({ ip: EVIL, place: STRANGE, ...more });
const HANDLES: Handles = {
  ips: new Map([[EVIL, [{ from: NOON, to: NOON }]]]),
  sessions: new Map([["s1", NOON]]),
  own: new Map(),
  proven: [],
};
const inSession = (sessionId = "s1") => ({ event: { handles: { sessionId } } });

/** What a row is marked as beside an incident from noon to one o'clock. */
function mark(row: Seen, { cited = [] as Seen[], others = [] as Seen[], proven = his() } = {}): string {
  const incident = {
    firstAttackerActivity: new Date(NOON).toISOString(),
    lastAttackerActivity: new Date(NOON + HOUR).toISOString(),
  } as IncidentDraft;
  const account = accountOf(proven, ...others, row);
  const marks = attribute(account, [incident], new Set([proven, ...cited]), HANDLES);
  const found = marks.find(({ recordId }) => recordId === row.ids[0])!;
  return `${found.verdict}: ${found.reason}`;
}

const CITED = "attacker: cited by a signal of the incident";
const PLANTED = "attacker: about the application he planted";
const ADDRESS = "attacker: same address as the attacker's sign-in";
const UNTIED = "owner: nothing ties it to the attacker";

it("what a signal cites is his, wherever it came from", () => {
  const row = seenAt({ ip: "81.1.1.1", place: { ...HOME, trustedDevice: true } });
  expect(mark(row, { cited: [row] })).toBe(CITED);
  expect(mark(row)).toBe("owner: on a device the company knows");
});

it("every id of a record that two sources told gets the mark", () => {
  const both = { ...his({ id: "a" }), ids: ["a", "b"] };
  const marks = attribute(
    accountOf(both),
    [{ firstAttackerActivity: both.event.occurredAt, lastAttackerActivity: both.event.occurredAt } as IncidentDraft],
    new Set([both]),
    HANDLES,
  );
  expect(marks.map((m) => [m.recordId, m.verdict])).toEqual([
    ["a", "attacker"],
    ["b", "attacker"],
  ]);
});

it("his address is his from his first sight of it, his failures there a day longer, a known device never", () => {
  expect(mark(his({ at: NOON + HOUR }))).toBe(ADDRESS);
  expect(mark(his({ at: NOON - 1 }))).not.toBe(ADDRESS);
  const tried = (before: number) => mark(his({ at: NOON - before, event: { outcome: "failure" } }));
  expect(tried(24 * HOUR)).toBe(ADDRESS);
  expect(tried(24 * HOUR + 1)).not.toBe(ADDRESS);
  expect(mark(his({ place: { ...STRANGE, trustedDevice: true } }))).toBe("owner: on a device the company knows");
  expect(mark(his({ at: NOON + HOUR, place: HOME }))).toBe(`owner: ${HOME.notes![0]}`);
});

it("the application a cited act planted is his, from an hour before the incident on, by either of its ids", () => {
  const planted = (action: string) => his({ event: { action, app: { appId: "a1", objectId: "o1" } } });
  const about = (more: Parameters<typeof seenAt>[0], action = "app.consent") =>
    mark(seenAt({ at: NOON + 9 * DAY, ip: "81.1.1.1", place: HOME, ...more }), {
      cited: [planted(action)],
      proven: planted(action),
    });
  expect(about({ event: { app: { appId: "a1" } } })).toBe(PLANTED);
  expect(about({ event: { app: { objectId: "o1" } } })).toBe(PLANTED);
  expect(about({ event: { client: { appId: "a1" } } })).toBe(PLANTED);
  expect(about({ event: { client: { appId: "a1" } } }, "service-principal.create")).toBe(PLANTED);
  expect(about({ event: { client: { appId: "a1" } } }, "mail.read")).not.toBe(PLANTED);
  expect(about({ event: { client: { appId: "a2" } } })).not.toBe(PLANTED);
  expect(about({})).not.toBe(PLANTED);
  expect(about({ at: NOON - HOUR, event: { app: { appId: "a1" } } })).toBe(PLANTED);
  expect(about({ at: NOON - HOUR - 1, event: { app: { appId: "a1" } } })).not.toBe(PLANTED);
});

it("his session is his where no address tells, from when it was his", () => {
  expect(mark(seenAt({ at: NOON + 5 * DAY, ...inSession() }))).toBe("attacker: in the attacker's session");
  expect(mark(seenAt({ at: NOON - 1, ...inSession() }))).toBe("owner: before the attacker's first activity");
  expect(mark(seenAt({ at: NOON + 5 * DAY, ...inSession("s2") }))).toBe(UNTIED);
});

it("elsewhere his session is his only if the owner never used it", () => {
  const elsewhere = () =>
    seenAt({ at: NOON + 5 * DAY, ip: "9.9.9.9", place: { standing: "new", strangeness: 1 }, ...inSession() });
  const ALONE = "attacker: in a session that only the attacker used";
  const SHARED = "unclear: from another unfamiliar address";
  const with_ = (place: object) =>
    mark(elsewhere(), { others: [seenAt({ at: NOON - DAY, ip: "81.1.1.1", place, ...inSession() })] });
  expect(mark(elsewhere())).toBe(ALONE);
  expect(with_(HOME)).toBe(SHARED);
  expect(with_({ standing: "company" })).toBe(SHARED);
  expect(with_({ standing: "new", trustedDevice: true })).toBe(SHARED);
  expect(with_({ standing: "silent" })).toBe(ALONE);
  expect(with_({ standing: "new" })).toBe(ALONE);
});

it("the account's and the company's networks are the owner's, whatever was done from them in whose session", () => {
  for (const standing of ["own", "company"] as const) {
    const row = seenAt({ at: NOON + HOUR, ip: "81.1.1.1", place: { standing, notes: ["why"] }, ...inSession() });
    expect(mark(row)).toBe("owner: why");
    expect(mark(seenAt({ at: NOON + HOUR, place: { standing, notes: [] } }))).toBe("owner: familiar network");
  }
});

it("another unfamiliar address is unclear when it is strange, and the owner's before anything happened", () => {
  const other = (strangeness: number, at = NOON + HOUR) =>
    mark(seenAt({ at, ip: "9.9.9.9", place: { standing: "new", strangeness } }));
  expect(other(1.25)).toBe("unclear: from another unfamiliar address");
  expect(other(1.24)).toBe(UNTIED);
  expect(other(3, NOON - 1)).toBe("owner: before the attacker's first activity");
});

it("without a telling address the hour after him is unclear, but not long after the last that is known of him", () => {
  const quiet = (ms: number) => mark(seenAt({ at: NOON + ms }));
  const RIGHT_AFTER = "unclear: no telling address, right after the attacker's activity";
  expect(quiet(HOUR)).toBe(RIGHT_AFTER);
  expect(quiet(HOUR + 1)).toBe(UNTIED);
  const late = (ms: number) => mark(seenAt({ at: NOON + ms }), { others: [his({ at: NOON + 2 * HOUR })] });
  expect(late(2 * HOUR)).toBe(RIGHT_AFTER);
  expect(late(2 * HOUR + 1)).toBe(UNTIED);
});
