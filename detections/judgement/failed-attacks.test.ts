import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { factsOf } from "../../activities/enrich/index.ts";
import { analyze } from "../engine.ts";
import { ANN, at, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const run = (events: NormalizedEvent[]) => analyze({ events, factsOf, asOf: "2026-07-01T00:00:00.000Z" });
const failed = (events: NormalizedEvent[]) => run(events).failedAttacks;
const kinds = (events: NormalizedEvent[]) => failed(events).map((f) => f.kind);
const BOB = "bob@fabrikam.example";
const KIT = "axios/1.7.9";

type More = Parameters<typeof signIn>[2];
const tries = (count: number, code: string, more: More = {}, ip = HOSTING, from = "03:00") =>
  Array.from({ length: count }, (_, n) =>
    signIn(at(20, `${from.slice(0, 3)}${String(Number(from.slice(3)) + n).padStart(2, "0")}`), ip, { code, ...more }),
  );
const spray = (count: number, more: More = {}) =>
  Array.from({ length: count }, (_, n) =>
    signIn(at(20, `04:${String(n).padStart(2, "0")}`), HOSTING, {
      who: `user${n}@fabrikam.example`,
      code: "50126",
      ...more,
    }),
  );

describe("guessing that ended at the door", () => {
  it("is told with its addresses, countries, accounts, times and records", () => {
    const events = tries(20, "50126");
    expect(failed([...usual(), ...events])).toEqual([
      {
        kind: "PASSWORD_GUESSING",
        sourceIps: [HOSTING],
        countries: [expect.stringMatching(/^[A-Z]{2}$/)],
        accounts: [ANN],
        from: events[0]!.occurredAt,
        to: events.at(-1)!.occurredAt,
        attempts: 20,
        recordIds: events.map((e) => e.recordId),
      },
    ]);
  });

  it("is a spray where one address tried many accounts, each named once and in order", () => {
    const [found] = failed([...usual(), ...spray(20), ...spray(20)]);
    expect(found).toMatchObject({ kind: "PASSWORD_SPRAY", sourceIps: [HOSTING] });
    expect(found?.accounts).toEqual(Array.from({ length: 20 }, (_, n) => `user${n}@fabrikam.example`).sort());
  });

  it("is named after the old protocol where most of it used one", () => {
    const legacy = { signIn: { isLegacyAuth: true } };
    expect(kinds([...usual(), ...spray(11, legacy), ...spray(20).slice(11)])).toEqual(["LEGACY_AUTH"]);
    expect(kinds([...usual(), ...spray(10, legacy), ...spray(20).slice(10)])).toEqual(["PASSWORD_SPRAY"]);
  });

  it("is none where somebody mistyped at home", () => {
    expect(kinds([...usual(), ...tries(20, "50126", {}, HOME)])).toEqual([]);
  });
});

describe("a second factor that held", () => {
  it("is told when a person refused three times, at one address within hours", () => {
    expect(kinds([...usual(), ...tries(3, "500121")])).toEqual(["MFA_REFUSED"]);
    expect(kinds([...usual(), ...tries(2, "500121")])).toEqual([]);
    expect(kinds([...usual(), ...tries(2, "500121"), ...tries(1, "500121", {}, HOSTING, "08:00")])).toEqual([]);
    expect(kinds([...usual(), ...tries(2, "500121"), ...tries(1, "500121", {}, "45.77.1.1", "03:10")])).toEqual([]);
    expect(kinds([...usual(), ...usual(BOB), ...tries(2, "500121"), ...tries(1, "500121", { who: BOB })])).toEqual([]);
  });

  it("is told of a phishing kit that was stopped, once is enough", () => {
    expect(kinds([...usual(), ...tries(1, "50074", { agent: KIT })])).toEqual(["AITM_KIT"]);
    expect(kinds([...usual(), ...tries(1, "53003", { agent: KIT })])).toEqual(["AITM_KIT"]);
    expect(kinds([...usual(), ...tries(1, "50074")])).toEqual([]);
    expect(kinds([...usual(), ...tries(1, "50126", { agent: KIT })])).toEqual([]);
    expect(kinds([...usual(), ...tries(1, "50140", { agent: KIT, outcome: "interrupted" })])).toEqual([]);
  });

  it("is none at home, on a device the company knows, or when he got in", () => {
    expect(kinds([...usual(), ...tries(4, "500121", {}, HOME)])).toEqual([]);
    expect(kinds([...usual(), ...tries(4, "500121", { client: { deviceId: "d", isCompliant: true } })])).toEqual([]);
    expect(kinds([...usual(), ...tries(4, "500121"), signIn(at(20, "03:30"), HOSTING)])).not.toContain("MFA_REFUSED");
  });

  it("an attempt without an address is told of nobody's kit, and one on a name nobody knows keeps that name", () => {
    const nowhere = signIn(at(20, "03:00"), HOSTING, { code: "53003", agent: KIT });
    expect(kinds([...usual(), { ...nowhere, client: { userAgent: KIT } }])).toEqual([]);
    const [found] = failed([...usual(), ...tries(20, "50126", { who: "ghost@fabrikam.example" })]);
    expect(found?.accounts).toEqual(["ghost@fabrikam.example"]);
  });

  it("of two that begin in the same second the kind decides, whatever the order of the records", () => {
    const events = [
      ...usual(),
      ...usual(BOB),
      ...tries(3, "500121"),
      ...tries(1, "50074", { agent: KIT, who: BOB }, "45.77.1.1"),
    ];
    expect(kinds(events)).toEqual(["AITM_KIT", "MFA_REFUSED"]);
    expect(kinds(events.toReversed())).toEqual(["AITM_KIT", "MFA_REFUSED"]);
  });

  it("failed attacks are told in order of time", () => {
    const told = failed([
      ...usual(),
      ...spray(20),
      ...tries(4, "500121"),
      ...tries(1, "50074", { agent: KIT }, "45.77.1.1", "05:00"),
    ]);
    expect(told.map((f) => f.kind)).toEqual(["MFA_REFUSED", "PASSWORD_SPRAY", "AITM_KIT"]);
  });
});

describe("the accounts guessed at most", () => {
  it("are ranked by guesses, with the countries these came from, mistyping at home left out", () => {
    const { targetedAccounts } = run([
      ...usual(),
      ...usual(BOB, "81.130.14.21"),
      ...tries(3, "50126"),
      ...tries(5, "50126", { who: BOB }),
      ...tries(9, "50126", {}, HOME, "09:00"),
      ...tries(4, "50074", {}, HOSTING, "06:00"),
    ]);
    expect(targetedAccounts.map(({ upn, attempts }) => [upn, attempts])).toEqual([
      [BOB, 5],
      [ANN, 3],
    ]);
    expect(targetedAccounts[0]?.countries).toHaveLength(1);
  });

  it("name each country once and in order, and leave out tries without a country", () => {
    const { targetedAccounts } = run([
      ...usual(),
      ...tries(2, "50126", {}, "51.15.1.1"),
      ...tries(2, "50126", {}, HOSTING, "03:10"),
      ...tries(2, "50126", {}, "51.15.1.1", "03:20"),
      ...tries(1, "50126", {}, "203.0.113.9", "03:30"),
    ]);
    const { countries, attempts } = targetedAccounts[0] ?? { countries: [], attempts: 0 };
    expect(attempts).toBe(7);
    expect(countries).toEqual([...new Set(countries)].sort());
    expect(countries.length).toBeGreaterThan(1);
    expect(countries.every((country) => /^[A-Z]{2}$/.test(country))).toBe(true);
  });

  it("are not those who mistype where their colleagues work", () => {
    const office = ["eve", "joe", "kim", "lee"].flatMap((who) => usual(`${who}@fabrikam.example`, "81.130.14.77"));
    const { targetedAccounts } = run([...usual(), ...office, ...tries(5, "50126", {}, "81.130.14.77")]);
    expect(targetedAccounts).toEqual([]);
  });

  it("are fifty at most, equals by name", () => {
    const events = Array.from({ length: 60 }, (_, n) =>
      signIn(at(20, "03:00"), HOSTING, {
        who: `user${String(59 - n).padStart(2, "0")}@fabrikam.example`,
        code: "50126",
      }),
    );
    const names = run(events).targetedAccounts.map(({ upn }) => upn);
    expect(names).toEqual(Array.from({ length: 50 }, (_, n) => `user${String(n).padStart(2, "0")}@fabrikam.example`));
  });
});
