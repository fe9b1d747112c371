import { describe, expect, it } from "vitest";
import type { IncidentDraft } from "#domain/incident/analysis.ts";
import { JUDGEMENT } from "../weights.ts";
import { CLEAN, type Taint } from "../world/baseline.ts";
import { HOUR, type Seen } from "../world/seen.ts";
import { citedIn } from "./attribution.ts";
import { judge } from "./story.ts";
import { isSameTaint, proofsIn, type Suspected, taintOf } from "./taint.ts";
import { accountOf, HOME, NOON, part, STRANGE, seenAt, worldOf } from "./testing/parts.ts";

const EVIL = "45.76.10.9";
const his = (more: Parameters<typeof seenAt>[0] = {}) => seenAt({ ip: EVIL, place: STRANGE, ...more });
const idsOf = (list: Iterable<Seen>) => [...list].map((seen) => seen.ids[0]);

describe("what an incident proves", () => {
  const proofs = (...parts: Parameters<typeof judge>[0]) => idsOf(proofsIn([judge(parts)]));
  const access = (own: number, events: Seen[]) => part(own, { stage: "access", events });
  const act = (own: number, link: number, events: Seen[]) => part(own, { own, link, events });

  it("a decisive access proves whose its address is, a lesser one does not", () => {
    const event = his({ id: "in" });
    expect(proofs(access(JUDGEMENT.decisiveAccess, [event]))).toEqual(["in"]);
    expect(proofs(access(JUDGEMENT.decisiveAccess - 0.01, [event]))).toEqual([]);
  });

  it("a damning act proves it where it is tied to the access, and no other act does", () => {
    const event = his({ id: "act" });
    expect(proofs(act(JUDGEMENT.damningAct, 1, [event]))).toEqual(["act"]);
    expect(proofs(act(JUDGEMENT.damningAct, 0.5, [event]))).toEqual([]);
    expect(proofs(act(JUDGEMENT.damningAct - 0.01, 1, [event]))).toEqual([]);
    expect(proofs(act(JUDGEMENT.decisiveAccess, 0, [event]))).toEqual([]);
  });

  it("of a proof only the records from a place strange enough count: the others may be the owner's side of it", () => {
    const at = (id: string, strangeness: number) => his({ id, place: { ...STRANGE, strangeness } });
    const events = [
      at("just", JUDGEMENT.suspiciousAccess),
      at("new", JUDGEMENT.suspiciousAccess - 0.01),
      seenAt({ id: "home", ip: "81.1.1.1", place: HOME }),
      seenAt({ id: "known", ip: EVIL, place: { ...HOME, strangeness: 3 } }),
    ];
    expect(proofs(access(JUDGEMENT.decisiveAccess, events))).toEqual(["just"]);
  });

  it("an access cites its failures and its strange successes; an act all it rests on", () => {
    const failed = seenAt({ id: "failed", place: HOME, event: { outcome: "failure" } });
    const home = seenAt({ id: "home", place: HOME });
    const strange = his({ id: "strange" });
    const story = (more: Parameters<typeof part>[1]) => judge([part(6, { events: [failed, home, strange], ...more })]);
    expect(idsOf(citedIn([story({ stage: "access" })]))).toEqual(["failed", "strange"]);
    expect(idsOf(citedIn([story({ stage: "act" })]))).toEqual(["failed", "home", "strange"]);
    expect(idsOf(citedIn([story({ stage: "access" }), story({ stage: "act" })]))).toHaveLength(3);
  });
});

describe("what a pass teaches", () => {
  const incident = {
    firstAttackerActivity: new Date(NOON).toISOString(),
    lastAttackerActivity: new Date(NOON + HOUR).toISOString(),
  } as IncidentDraft;
  function suspected({
    proofs = [],
    rows = [],
    incidents = [incident],
    cited = new Set(),
  }: Partial<Suspected> & { rows?: Seen[] }): Suspected {
    return {
      account: accountOf(...rows),
      suspects: { ips: new Map(), sessions: new Map(), own: new Map(), proven: [] },
      incidents,
      cited,
      proofs,
    };
  }
  const learn = (judged: Suspected[], known: Taint = CLEAN, events: Seen[] = []) =>
    taintOf(worldOf(events), judged, known);
  const timesOf = (taint: Taint, ip = EVIL) => taint.ips.get(ip)?.map((at) => (at - NOON) / HOUR);
  const proofsAt = (...hours: number[]) => hours.map((h) => his({ at: NOON + h * HOUR }));

  it("an address is burnt from its first proof on, to the moment, and later once an hour", () => {
    expect(timesOf(learn([suspected({ proofs: proofsAt(0.25) })]))).toEqual([0.25]);
    expect(timesOf(learn([suspected({ proofs: proofsAt(0.25, 0.5, 0.75, 1.1, 1.9, 30.5) })]))).toEqual([0.25, 1, 30]);
  });

  it("an earlier proof counts to the moment as well, in whatever order they come", () => {
    expect(timesOf(learn([suspected({ proofs: proofsAt(5.5, 2.25, 2.5) })]))).toEqual([2.25, 5.5]);
  });

  it("proofs of several accounts at one address come together, and services' addresses are nobody's", () => {
    const other = his({ ip: "45.76.10.10" });
    const microsoft = his({ ip: "40.90.1.1", facts: { ip: { ip: "40.90.1.1", kind: "microsoft" } } });
    const taint = learn([
      suspected({ proofs: proofsAt(0) }),
      suspected({ proofs: [...proofsAt(3), other, microsoft] }),
    ]);
    expect([...taint.ips.keys()].sort()).toEqual(["45.76.10.10", EVIL].sort());
    expect(timesOf(taint)).toEqual([0, 3]);
  });

  it("a spray burns its source although nobody was taken over; many tries at one account do not", () => {
    const guess = (who: string, n: number) =>
      seenAt({
        at: NOON + n * 1000,
        ip: EVIL,
        place: STRANGE,
        event: { action: "sign-in", outcome: "failure", resultCode: "50126", actor: { kind: "person", upn: who } },
      });
    const spray = Array.from({ length: 8 }, (_, n) => guess(`user${n}@fabrikam.example`, n));
    const guessing = Array.from({ length: 12 }, (_, n) => guess("ann@fabrikam.example", n));
    expect(timesOf(learn([], CLEAN, spray))).toEqual([0]);
    expect(learn([], CLEAN, guessing).ips.size).toBe(0);
  });

  it("nobody learns from rows that are the attacker's, and the owner's stay his", () => {
    const cited = his({ id: "cited" });
    const home = seenAt({ id: "home", ip: "81.1.1.1", place: HOME });
    const taint = learn([suspected({ rows: [cited, home], cited: new Set([cited]) })]);
    expect([...taint.records]).toEqual(["cited"]);
    expect([...learn([suspected({ rows: [cited, home], cited: new Set([cited]), incidents: [] })]).records]).toEqual(
      [],
    );
  });

  it("what was known stays known", () => {
    const known: Taint = {
      ips: new Map([
        ["45.1.1.1", [NOON]],
        [EVIL, [NOON]],
      ]),
      records: new Set(["old"]),
    };
    const taint = learn([suspected({ proofs: proofsAt(4.5), rows: [], cited: new Set() })], known);
    expect([timesOf(taint), timesOf(taint, "45.1.1.1"), [...taint.records]]).toEqual([[0, 4], [0], ["old"]]);
    expect(known.ips.get(EVIL)).toEqual([NOON]);
  });

  it("a pass that taught nothing is the last: any new address, time or record is something", () => {
    const taint = (ips: [string, number[]][], records: string[] = []): Taint => ({
      ips: new Map(ips),
      records: new Set(records),
    });
    expect(isSameTaint(taint([["a", [1, 2]]], ["r"]), taint([["a", [1, 2]]], ["r"]))).toBe(true);
    expect(isSameTaint(CLEAN, CLEAN)).toBe(true);
    for (const [a, b] of [
      [taint([["a", [1]]]), taint([["a", [1, 2]]])],
      [taint([["a", [1]]]), taint([["b", [1]]])],
      [
        taint([["a", [1]]]),
        taint([
          ["a", [1]],
          ["b", [1]],
        ]),
      ],
      [
        taint([
          ["a", [1]],
          ["b", [1]],
        ]),
        taint([
          ["a", [1]],
          ["b", [2]],
        ]),
      ],
      [
        taint([
          ["a", [1]],
          ["b", [1]],
        ]),
        taint([
          ["a", [2]],
          ["b", [1]],
        ]),
      ],
      [taint([], ["r"]), taint([], ["r", "s"])],
    ] as const)
      expect(isSameTaint(a, b)).toBe(false);
  });
});
