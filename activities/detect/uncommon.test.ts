import { expect, test } from "vitest";
import type { StoredEvent } from "#db/repos/ingest.ts";
import type { EventFacts, IpFact, NormalizedEvent } from "#domain/event/event.ts";
import type { Notable } from "#domain/incident/analysis.ts";
import { uncommonActivity } from "./uncommon.ts";

const FACTS: Record<string, IpFact> = {
  "198.51.100.7": { ip: "198.51.100.7", asn: 1, org: "Home Line", country: "US", kind: "isp" },
  "192.0.2.4": { ip: "192.0.2.4", asn: 2, org: "Cloud Host", country: "NL", kind: "hosting" },
  "203.0.113.5": { ip: "203.0.113.5", asn: 3, org: "Roma Net", country: "IT", kind: "isp" },
};
const factsOf = (event: NormalizedEvent): EventFacts => {
  const ip = FACTS[event.client.ip ?? ""];
  return ip ? { ip } : {};
};
const day = (n: number): string => new Date(Date.UTC(2026, 10, n, 9)).toISOString();

let n = 0;
function signIn(at: string, ip: string, over: Partial<NormalizedEvent> = {}, accountKey = 1): StoredEvent {
  const recordId = over.recordId ?? `r${++n}`;
  const event: NormalizedEvent = {
    recordId,
    source: "sign-in",
    contentHash: "h",
    occurredAt: at,
    category: "login",
    action: "sign-in",
    operation: "Sign-in activity",
    outcome: "success",
    actor: { kind: "person", upn: `user${accountKey}@client.example` },
    client: { ip },
    handles: {},
    params: {},
    ...over,
  };
  return { event, accountKey, availableAt: null, ingestedAt: at };
}
const usual = [1, 2, 3, 4, 5, 6].map((d) => signIn(day(d), "198.51.100.7"));
const run = (stored: StoredEvent[], over: Partial<Parameters<typeof uncommonActivity>[0]["analysis"]> = {}) =>
  uncommonActivity({ stored, factsOf, analysis: { notable: [], attribution: [], incidents: [], ...over } });

test("a sign-in through a data center becomes one entry of Proxy and Data Center Use, however often it is seen", () => {
  const odd = [7, 8].map((d) => signIn(day(d), "192.0.2.4"));
  const [entry, ...more] = run([...usual, ...odd]);
  expect(more).toEqual([]);
  expect(entry).toMatchObject({ type: "proxy-and-data-center-use", records: 2, at: day(7), lastAt: day(8) });
  expect(entry?.why).toContain("Cloud Host");
  expect(entry?.innocent.join()).toContain("Nothing was changed from there");
});

test("a country not seen before is an entry of its own once the account is known, and none in the first days", () => {
  const abroad = signIn(day(9), "203.0.113.5");
  expect(run([...usual, abroad]).map((e) => [e.type, e.country, e.homeCountry])).toEqual([["new-country", "IT", "US"]]);
  expect(run([signIn(day(1), "198.51.100.7"), signIn(day(2), "203.0.113.5"), signIn(day(9), "203.0.113.5")])).toEqual(
    [],
  );
});

test("nothing that an incident cites or gives to its attacker is ever Uncommon Activity", () => {
  const odd = signIn(day(7), "192.0.2.4", { recordId: "bad" });
  const notable: Notable = {
    account: { upn: "user1@client.example" },
    kind: "x",
    at: day(7),
    recordIds: ["bad"],
    why: "w",
  };
  const marked = { attribution: [{ recordId: "bad", verdict: "attacker" as const, reason: "r" }], notable: [notable] };
  expect(run([...usual, odd], marked)).toEqual([]);
  expect(run([...usual, odd], { notable: [notable] })).toHaveLength(2);
});

test("the reasons for innocence are those the records show: a rule made from there is not called nothing", () => {
  const odd = signIn(day(7), "192.0.2.4", { client: { ip: "192.0.2.4", isManaged: true } });
  const rule = signIn(day(7), "192.0.2.4", { action: "inbox-rule.create", category: "exchange" });
  const [entry] = run([...usual, odd, rule]);
  expect(entry?.innocent).toEqual(["On a device the company manages"]);
});

test("a place told as a proxy is not told again as an unfamiliar place; another oddity of the account is", () => {
  const odd = signIn(day(7), "192.0.2.4", { recordId: "vpn" });
  const place: Notable = {
    account: { upn: "user1@client.example" },
    kind: "unfamiliar-sign-in",
    at: day(7),
    recordIds: ["vpn"],
    why: "Used from 192.0.2.4",
  };
  const rule: Notable = { ...place, kind: "inbox-rule-hides-mail", recordIds: ["r1"], why: "A rule" };
  const types = run([...usual, odd], { notable: [place, rule] }).map((e) => e.type);
  expect(types.sort()).toEqual(["proxy-and-data-center-use", "unusual-act"]);
});

test("the same records in any order give the same entries", () => {
  const all = [...usual, signIn(day(7), "192.0.2.4"), signIn(day(9), "203.0.113.5")];
  const sorted = [...all].sort((a, b) => (a.event.occurredAt < b.event.occurredAt ? -1 : 1));
  expect(run(sorted)).toEqual(run(all));
});
