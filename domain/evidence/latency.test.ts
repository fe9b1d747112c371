import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LatencyClock, latencyOf, percentilesOf, summarizeLatency } from "./latency.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 10, 20, 3) + second * 1000).toISOString();
const clock = (values: Partial<LatencyClock> = {}): LatencyClock => ({
  eventAt: at(0),
  availableAt: at(120),
  ingestedAt: at(150),
  detectedAt: at(151),
  askedAt: at(152),
  acceptedAt: at(154),
  verifiedAt: at(164),
  isByPerson: false,
  ...values,
});

describe("the ledger of one incident", () => {
  test("Microsoft's share and ours stand apart and add up with what nobody can part", () => {
    const { microsoft, petra, person, shared, total } = latencyOf(clock());
    expect({ microsoft, petra, person, shared, total }).toEqual({
      microsoft: 122,
      petra: 32,
      person: 0,
      shared: 10,
      total: 164,
    });
  });
  test("where Microsoft does not say when it could show the record, neither share is guessed", () => {
    const { microsoft, petra, unsplit, total } = latencyOf(clock({ availableAt: null }));
    expect({ microsoft, petra, unsplit, total }).toEqual({ microsoft: null, petra: null, unsplit: 150, total: 164 });
  });
  test("what a person took is the person's", () => {
    const { petra, person } = latencyOf(
      clock({ isByPerson: true, askedAt: at(751), acceptedAt: at(753), verifiedAt: at(763) }),
    );
    expect({ petra, person }).toEqual({ petra: 31, person: 600 });
  });
  test("clocks that disagree give no figure, least of all a negative one", () => {
    const { legs, microsoft } = latencyOf(clock({ availableAt: at(-5) }));
    expect(legs[0]?.seconds).toBeNull();
    expect(microsoft).toBeNull();
  });
  test("what did not happen yet is open, not nothing", () => {
    const { total, shared } = latencyOf(clock({ verifiedAt: null }));
    expect({ total, shared }).toEqual({ total: null, shared: null });
  });
});

describe("percentiles", () => {
  test("are nearest-rank: values that were measured", () => {
    expect(percentilesOf(Array.from({ length: 100 }, (_, i) => i + 1))).toEqual({
      count: 100,
      p50: 50,
      p90: 90,
      p99: 99,
    });
    expect(percentilesOf([7])).toEqual({ count: 1, p50: 7, p90: 7, p99: 7 });
    expect(percentilesOf([])).toEqual({ count: 0, p50: null, p90: null, p99: null });
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
        const { p50, p90, p99 } = percentilesOf(values);
        return values.includes(p50!) && p50! <= p90! && p90! <= p99! && p99! <= Math.max(...values);
      }),
    );
  });
  test("count the unknown apart, and a person's waiting not as Petra's", () => {
    const summary = summarizeLatency([
      clock(),
      clock({ availableAt: null }),
      clock({ isByPerson: true, askedAt: at(900) }),
    ]);
    expect(summary).toMatchObject({ incidents: 3, availableUnknown: 1 });
    expect(summary.lines.available.count).toBe(2);
    expect(summary.lines.asked).toMatchObject({ count: 2, p99: 1 });
    expect(summary.lines.person).toMatchObject({ count: 1, p50: 749 });
  });
});
