import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "#domain/event/event.ts";
import type { Analysis, IncidentDraft, Severity } from "#domain/incident/analysis.ts";
import { poissonUpper, rate, wilson } from "./evaluation-bounds.ts";
import { type Episode, scoreAnalysis, scoreDetections, userDays } from "./evaluation-score.ts";
import { event } from "./testing/case-kit.ts";

const episode = (id: string, recordIds: string[], over: Partial<Episode> = {}): Episode => ({
  id,
  verdict: "attack",
  techniques: ["T1078"],
  signal: id,
  recordIds,
  ...over,
});

const incident = (upn: string, severity: Severity, recordIds: string[], confidence = 0.8): IncidentDraft =>
  ({
    key: upn,
    account: { upn },
    severity,
    confidence,
    kind: "aitm",
    headline: "",
    signals: [{ detection: "d", recordIds }],
    recordIds: [...recordIds, "beside"],
  }) as unknown as IncidentDraft;

const analysis = (incidents: IncidentDraft[], failed: string[][] = []): Analysis => ({
  incidents,
  failedAttacks: failed.map((recordIds) => ({ recordIds }) as Analysis["failedAttacks"][number]),
  notable: [],
  attribution: [],
  targetedAccounts: [],
});

const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => `r${i}`);
const person = (upn: string): NormalizedEvent => event("sign-in", "2026-06-01T09:00:00.000Z", { who: upn });
const score = (episodes: Episode[], incidents: IncidentDraft[], failed: string[][] = []) =>
  scoreAnalysis([person("a@x.example"), person("b@x.example")], episodes, analysis(incidents, failed));

describe("an episode", () => {
  it("is hit when one incident's signals cite three of its records, or a third of fewer than nine", () => {
    const cases: [number, number, boolean][] = [
      [20, 3, true],
      [20, 2, false],
      [6, 2, true],
      [6, 1, false],
      [1, 1, true],
      [2, 0, false],
    ];
    for (const [of, cited, hit] of cases) {
      const got = score([episode("E", ids(of))], [incident("a@x.example", "medium", ids(of).slice(0, cited))]);
      expect(got.episodes[0]?.hit, `${cited} of ${of}`).toBe(hit);
    }
  });

  it("is not hit by two incidents that each cite too little, nor by one of low severity", () => {
    const split = [incident("a@x.example", "high", ["r0", "r1"]), incident("b@x.example", "high", ["r2", "r3"])];
    expect(score([episode("E", ids(12))], split).attacks).toEqual({ hit: 0, of: 1 });
    expect(score([episode("E", ids(12))], [incident("a@x.example", "low", ids(12))]).attacks.hit).toBe(0);
  });

  it("may be cited by a failed attack only when it is nothing but guessing", () => {
    const guess = episode("G", ids(9), { techniques: ["T1110.003"] });
    expect(score([guess], [], [ids(9)]).episodes[0]).toMatchObject({ hit: true, by: "failed-attack" });
    expect(score([{ ...guess, techniques: ["T1110.003", "T1078"] }], [], [ids(9)]).episodes[0]?.hit).toBe(false);
  });
});

it("a trap is raised by a single cited record, a suspicious episode counts neither way", () => {
  const trap = episode("T", ["t1", "t2"], { verdict: "trap" });
  const odd = episode("S", ["s1"], { verdict: "suspicious" });
  const got = score([trap, odd], [incident("a@x.example", "medium", ["t2", "s1"])]);
  expect(got.traps).toEqual(["T"]);
  expect(got.attacks).toEqual({ hit: 0, of: 0 });
  expect(got.withoutLabel).toBe(0);
  expect(score([trap], [incident("a@x.example", "medium", ["x"])]).withoutLabel).toBe(1);
});

it("an incident that is no attack and stands level with an attack is a misranked pair", () => {
  const real = incident("a@x.example", "medium", ids(3), 0.5);
  const at = (severity: Severity, confidence: number): number =>
    score([episode("E", ids(3))], [real, incident("b@x.example", severity, ["x"], confidence)]).misranked;
  expect([at("medium", 0.4), at("medium", 0.5), at("high", 0.1)]).toEqual([0, 1, 1]);
});

it("an incident on somebody no record names as a person stands on a service actor", () => {
  expect(score([], [incident("svc@x.example", "high", ["x"])]).onServiceActors).toBe(1);
  expect(score([], [incident("A@x.example", "high", ["x"])]).onServiceActors).toBe(0);
});

it("a detection's precision counts signals that cite a labelled record", () => {
  const rows = scoreDetections(
    [episode("E", ids(3))],
    analysis([incident("a@x.example", "high", ["r1", "y"]), incident("b@x.example", "high", ["z"])]),
  );
  expect(rows).toEqual([{ detection: "d", signals: 2, labelled: 1, records: 3 }]);
});

it("user-days count each account once a day", () => {
  const events = ["2026-06-01T09:00:00Z", "2026-06-01T20:00:00Z", "2026-06-02T09:00:00Z"].map((at) => event("x", at));
  expect(userDays([...events, event("x", "2026-06-02T09:00:00Z", { who: "c@x.example" })])).toBe(3);
});

it("bounds are the ones in the books", () => {
  expect(poissonUpper(0)).toBeCloseTo(2.996, 2);
  expect(poissonUpper(1)).toBeCloseTo(4.744, 2);
  expect(poissonUpper(10)).toBeCloseTo(16.96, 1);
  expect(rate(0, 75).upper).toBeCloseTo(39.9, 0);
  expect(rate(0, 0).upper).toBeNull();
  const { low, high } = wilson(9, 10);
  expect(low).toBeCloseTo(0.596, 2);
  expect(high).toBeCloseTo(0.982, 2);
});
