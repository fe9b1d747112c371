import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { factsOf } from "../activities/enrich/index.ts";
import { CATALOG } from "./catalog.ts";
import { dedupKey } from "./define-detection.ts";
import { ANN, type Case } from "./testing/case-kit.ts";
import { buildWorld } from "./world/world.ts";

const here = import.meta.dirname;
const folders = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, "detection.ts")))
  .map((entry) => entry.name)
  .sort();

/** Tactics and techniques of ATT&CK Enterprise that the catalogue uses; a typing error is no technique. */
const TACTICS = new Set([
  "TA0001",
  "TA0002",
  "TA0003",
  "TA0004",
  "TA0005",
  "TA0006",
  "TA0007",
  "TA0008",
  "TA0009",
  "TA0010",
  "TA0040",
]);
const TECHNIQUES = new Set(
  "T1020 T1036.005 T1070.008 T1078.004 T1098 T1098.001 T1098.002 T1098.003 T1098.005 T1110.003 T1114.002 T1114.003 T1136.003 T1137.005 T1484.002 T1485 T1528 T1530 T1534 T1537 T1539 T1550.001 T1550.004 T1555 T1556.006 T1556.009 T1557 T1562 T1562.008 T1564.008 T1566.002 T1567 T1621".split(
    " ",
  ),
);

it("every detection folder is listed in the catalogue and nothing else is", () => {
  expect(CATALOG.map((d) => d.id).sort()).toEqual(folders);
});

it("detection ids are unique", () => {
  expect(new Set(CATALOG.map((d) => d.id)).size).toBe(CATALOG.length);
});

for (const detection of CATALOG) {
  it(`${detection.id} names techniques of ATT&CK, a runbook, false positives and gaps`, () => {
    expect(detection.attack.length).toBeGreaterThan(0);
    for (const { tactic, technique } of detection.attack) {
      expect(TACTICS).toContain(tactic);
      expect(TECHNIQUES).toContain(technique);
    }
    expect(detection.runbook.length).toBeGreaterThan(0);
    expect(detection.falsePositives.length).toBeGreaterThan(0);
    expect(detection.knownGaps.length).toBeGreaterThan(0);
    expect(detection.sources.length).toBeGreaterThan(0);
  });

  it(`${detection.id} has positive, negative and near-miss cases and each comes out as it says`, async () => {
    const { cases } = (await import(`./${detection.id}/cases.ts`)) as { cases: Case[] };
    expect(new Set(cases.map((c) => c.kind))).toEqual(new Set(["positive", "negative", "near-miss"]));
    for (const one of cases) {
      const world = buildWorld({ events: one.events, factsOf, asOf: "2026-07-01T00:00:00Z" });
      const mine = detection
        .find(world)
        .filter((f) => f.account.ref.upn === ANN && f.weight.own + f.weight.linked > 0.75);
      const got = mine.map((f) => ({ title: f.title ?? detection.title, dedupKey: dedupKey(detection, f) }));
      const wanted = one.expect.fires ? [{ title: one.expect.title, dedupKey: one.expect.dedupKey }] : [];
      expect(got, `${detection.id}: ${one.name}`).toEqual(wanted);
    }
  });
}
