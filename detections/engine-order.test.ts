import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { factsOf } from "../activities/enrich/index.ts";
import { analyze, firings } from "./engine.ts";
import { ANN, at, event, FIREFOX_LINUX, HOME, HOSTING, signIn, usual } from "./testing/case-kit.ts";

const input = (events: NormalizedEvent[]) => ({ events, factsOf, asOf: "2026-07-01T00:00:00.000Z" });
const run = (events: NormalizedEvent[]) => analyze(input(events));
const KIT = "axios/1.7.9";
const person = (name: string) => `${name}@fabrikam.example`;
const homeOf = (n: number) => `81.130.14.${30 + n}`;

/** Someone's session is stolen; with `acts` the mail is hidden and sent away too. */
function stolen(who: string, ip: string, acts: boolean, day = 20): NormalizedEvent[] {
  const handles = { sessionId: `s-${who}` };
  const rule = { name: ".", deletes: true, forwardsTo: ["box@gmail.com"], conditions: { From: "bank" } };
  return [
    signIn(at(day, "03:00:00"), ip, { who, agent: KIT, code: "50074" }),
    signIn(at(day, "03:00:20"), ip, { who, agent: KIT, handles }),
    ...(acts ? [event("inbox-rule.create", at(day, "03:20"), { who, ip, handles, rule })] : []),
  ];
}

describe("the order of what is told", () => {
  it("incidents: the worst first, whoever's it is", () => {
    const names = ["ann", "bob", "cle"].map(person);
    const events = [
      ...names.flatMap((who, n) => usual(who, homeOf(n))),
      ...stolen(names[0]!, HOSTING, false),
      ...stolen(names[1]!, "45.77.1.1", true),
      ...stolen(names[2]!, "45.77.9.9", false),
    ];
    const { incidents } = run(events);
    expect(incidents[0]?.account.upn).toBe(person("bob"));
    expect(incidents.slice(1).map((i) => i.account.upn)).toEqual([person("ann"), person("cle")]);
    const rank = ["medium", "high", "critical"];
    const marks = incidents.map((i) => rank.indexOf(i.severity) * 10 + i.confidence);
    expect([...marks].sort((a, b) => b - a)).toEqual(marks);
  });

  it("notes: by time, then by kind", () => {
    const odd = (who: string, when: string, n: number) => [
      ...usual(who, homeOf(n)),
      signIn(when, HOSTING, { who, agent: FIREFOX_LINUX }),
    ];
    const [bob, cle] = [person("bob"), person("cle")];
    const { notable } = run([
      ...odd(ANN, at(21, "03:00"), 0),
      ...odd(bob, at(20, "03:00"), 1),
      ...odd(cle, at(22, "03:00"), 2),
      signIn(at(22, "02:50"), homeOf(2), { who: cle, agent: FIREFOX_LINUX }),
    ]);
    expect(notable.map((n) => [n.account.upn, n.kind])).toEqual([
      [bob, "unfamiliar-sign-in"],
      [ANN, "unfamiliar-sign-in"],
      [cle, "impossible-travel"],
      [cle, "unfamiliar-sign-in"],
    ]);
  });

  it("incidents as severe as each other: the surest first, whoever's it is", () => {
    const bob = person("bob");
    const sent = event("mail.read", at(20, "03:30"), {
      who: bob,
      ip: "45.77.1.1",
      handles: { sessionId: `s-${bob}` },
      mail: { itemCount: 400 },
    });
    const { incidents } = run([
      ...usual(),
      ...usual(bob, homeOf(1)),
      ...stolen(ANN, HOSTING, true),
      ...stolen(bob, "45.77.1.1", true),
      sent,
    ]);
    expect(incidents.map((i) => [i.account.upn, i.severity])).toEqual([
      [bob, "critical"],
      [ANN, "critical"],
    ]);
    expect(incidents[0]?.confidence).toBeGreaterThan(incidents[1]?.confidence ?? 1);
  });
});

describe("a note", () => {
  it("names the account, the kind, the last record, all records and why", () => {
    const odd = signIn(at(20, "03:00"), HOSTING, { agent: FIREFOX_LINUX });
    expect(run([...usual(), odd]).notable).toEqual([
      {
        account: { objectId: `id-${ANN}`, upn: ANN },
        kind: "unfamiliar-sign-in",
        at: odd.occurredAt,
        recordIds: [odd.recordId],
        why: expect.stringContaining(HOSTING),
      },
    ]);
  });

  it("is not made of a merely new place, nor of what an incident tells already", () => {
    expect(run([...usual(), signIn(at(20, "09:00"), "81.131.9.9")]).notable).toEqual([]);
    const { incidents, notable } = run([...usual(), ...stolen(ANN, HOSTING, true)]);
    const told = new Set(incidents.flatMap((i) => i.signals.map((s) => s.dedupKey.split(":")[0])));
    expect(incidents).toHaveLength(1);
    expect(notable.filter((n) => told.has(n.kind))).toEqual([]);
  });
});

describe("what an attacker taught", () => {
  it("nobody learns from: his address stays strange to colleagues however long he stayed", () => {
    const days = [20, 21, 22, 23, 24, 25];
    const stay = days.flatMap((day) => [
      signIn(at(day, "04:00"), HOSTING, { agent: KIT, handles: { sessionId: `s-${ANN}` } }),
    ]);
    const bob = person("bob");
    const late = stolen(bob, HOSTING, true, 26);
    const { incidents } = run([...usual(), ...usual(bob, homeOf(1)), ...stolen(ANN, HOSTING, true), ...stay, ...late]);
    expect(new Set(incidents.map((i) => i.account.upn))).toEqual(new Set([ANN, bob]));
  });

  const seenAttacking = expect.stringContaining("address already seen attacking this tenant");
  const quiet = (who: string, when: string, ip: string) => signIn(when, ip, { who, agent: FIREFOX_LINUX });
  const whysOf = (events: NormalizedEvent[], who: string) =>
    run(events)
      .notable.filter((n) => n.account.upn === who)
      .map((n) => n.why);

  it("makes his address a stranger's at everybody's, from his first act on and not before", () => {
    const bob = person("bob");
    const both = [...usual(), ...usual(bob, homeOf(1)), ...stolen(ANN, HOSTING, true)];
    expect(whysOf([...both, quiet(bob, at(25, "10:00"), HOSTING)], bob)).toEqual([seenAttacking]);
    const before = whysOf([...both, quiet(bob, at(18, "10:00"), HOSTING)], bob);
    expect(before).toHaveLength(1);
    expect(before).not.toEqual([seenAttacking]);
  });

  it("leaves the owner's own side of a proof alone: a colleague beside him is at home there", () => {
    const bob = person("bob");
    const handles = { sessionId: "shared" };
    const events = [
      ...usual(),
      ...usual(bob, HOME),
      signIn(at(20, "09:00"), HOME, { handles }),
      signIn(at(20, "09:10"), HOSTING, { agent: KIT, handles }),
      event("inbox-rule.create", at(20, "09:20"), {
        ip: HOSTING,
        handles,
        rule: { name: ".", deletes: true, conditions: { From: "bank" } },
      }),
      signIn(at(21, "09:00"), HOME),
      signIn(at(21, "09:30"), HOME, { who: bob }),
    ];
    const { incidents, notable, attribution } = run(events);
    expect(incidents.map((i) => i.account.upn)).toEqual([ANN]);
    expect(notable).toEqual([]);
    expect(attribution.find((r) => r.recordId === events.at(-2)?.recordId)?.verdict).toBe("owner");
  });

  it("nobody learns from a spray either: whoever comes from its address afterwards comes from an attacker's", () => {
    const spray = Array.from({ length: 25 }, (_, n) =>
      signIn(at(20, `03:${String(n).padStart(2, "0")}`), HOSTING, { who: person(`user${n}`), code: "50126" }),
    );
    expect(whysOf([...usual(), ...spray, quiet(ANN, at(24, "10:00"), HOSTING)], ANN)).toEqual([seenAttacking]);
  });

  it("is not taken for the owner's ways: what the intruder does there two weeks later is still his", () => {
    const stay = Array.from({ length: 14 }, (_, n) => signIn(at(21 + n, "04:00"), HOSTING, { agent: FIREFOX_LINUX }));
    const asOf = "2026-07-20T00:00:00.000Z";
    const { attribution, incidents } = analyze({
      events: [...usual(), ...stolen(ANN, HOSTING, true), ...stay],
      factsOf,
      asOf,
    });
    expect(incidents).toHaveLength(1);
    const verdicts = stay.map((e) => attribution.find((r) => r.recordId === e.recordId)?.verdict);
    expect(verdicts[0]).toBe("attacker");
    expect(verdicts).not.toContain("owner");
  });

  it("counts from a spray on: the right password at a spraying address is an incident", () => {
    const victims = Array.from({ length: 25 }, (_, n) => person(`user${n}`));
    const spray = victims.map((who, n) =>
      signIn(at(20, `03:${String(n).padStart(2, "0")}`), HOSTING, { who, code: "50126" }),
    );
    const hit = signIn(at(20, "03:40"), HOSTING, { who: ANN });
    const { incidents, attribution, failedAttacks } = run([
      ...usual(),
      ...spray,
      signIn(at(20, "03:30"), HOSTING, { who: ANN, code: "50126" }),
      hit,
      signIn(at(20, "09:00"), HOME),
    ]);
    expect(incidents.map((i) => [i.account.upn, i.kind])).toEqual([[ANN, "spray-compromise"]]);
    expect(failedAttacks.map((f) => f.kind)).toContain("PASSWORD_SPRAY");
    expect(attribution.find((r) => r.recordId === hit.recordId)?.verdict).toBe("attacker");
  });
});

it("accounts of services get notes and no incident", () => {
  const bot = stolen(ANN, HOSTING, true).map((e) => ({
    ...e,
    actor: { kind: "service-principal" as const, objectId: "sp", displayName: "Bot" },
  }));
  expect(run([...usual(), ...bot]).incidents).toEqual([]);
});

it("every firing is told by itself with its records once and its weight, before any judgement", () => {
  const odd = signIn(at(20, "03:00"), HOSTING, { agent: FIREFOX_LINUX });
  const fired = firings(input([...usual(), odd, { ...odd }]));
  expect(
    fired.filter((f) => f.recordIds.includes(odd.recordId)).map((f) => [f.detection, f.recordIds, f.weight.own > 0]),
  ).toEqual([["unfamiliar-sign-in", [odd.recordId], true]]);
});
