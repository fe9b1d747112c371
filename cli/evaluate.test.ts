import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { factsOf } from "#activities/enrich/index.ts";
import { analyze, firings } from "#detections/engine.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { measure } from "./evaluate-measure.ts";
import { readLabels, readSet } from "./evaluate-sets.ts";

const root = mkdtempSync(join(tmpdir(), "petra-evaluate-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const inputOf = (events: NormalizedEvent[]) => ({ events, factsOf, asOf: "2026-07-01T00:00:00.000Z" });
const measured = async (folder: string) =>
  measure(
    await readSet(folder),
    (events) => analyze(inputOf(events)),
    (events) => firings(inputOf(events)),
    7,
  );

it("labels are read by their header, with ids apart by bars or blanks, and an unknown verdict is refused", () => {
  const text = (verdict: string, ids: string) => `verdict\tepisode\trecord_ids\n${verdict}\tE1\t${ids}\n`;
  expect(readLabels(text("attack", "a b  c"))[0]).toMatchObject({ id: "E1", recordIds: ["a", "b", "c"] });
  expect(readLabels(text("benign_trap", "a b|c|"))[0]).toMatchObject({ verdict: "trap", recordIds: ["a b", "c"] });
  expect(() => readLabels(text("maybe", "a"))).toThrow("maybe");
});

it("a folder's labels that no record answers to are counted, and records inside wrappers are read", async () => {
  const record = {
    Id: "r1",
    CreationTime: "2026-06-01T10:00:00",
    RecordType: 2,
    Workload: "Exchange",
    Operation: "Send",
    UserId: "ann@fabrikam.example",
    ClientIP: "81.130.14.20",
  };
  writeFileSync(join(root, "a.json"), JSON.stringify([record, { broken: true }]));
  writeFileSync(join(root, "b.json"), JSON.stringify({ input: { message: JSON.stringify({ ...record, Id: "r2" }) } }));
  const tests = [{ Name: "n", ExpectedResult: false, Log: { ...record, Id: "r3" } }];
  writeFileSync(join(root, "c.json"), JSON.stringify({ rule_id: "R", tests }));
  writeFileSync(join(root, "LABELS.tsv"), "episode\tverdict\trecord_ids\nE\tattack\tr1 gone\n");
  const set = await readSet(root);
  expect(set.events.map((e) => e.recordId).sort()).toEqual(["r1", "r2", "r3"]);
  expect(set.intake).toMatchObject({ records: 4, understood: 3, unreadable: 1 });
  expect(set.missing).toEqual(["gone"]);
  const out = await measured(root);
  expect(out.score.attacks).toEqual({ hit: 0, of: 1 });
  expect(out.equal).toEqual({ shuffled: true, doubled: true, split: true });
  expect(out.cases).toMatchObject([{ rule: "R", name: "n", wanted: false, read: "event" }]);
});

const SETS = join(process.env.PETRA_SHARED ?? resolve(import.meta.dirname, "../../shared"), "datasets/public");
const present = existsSync(join(SETS, "panther_rule_tests"));
if (!present) process.stderr.write(`SKIPPED: no public logs at ${SETS}; set PETRA_SHARED to measure detection\n`);

describe.skipIf(!present)("on the public sets", () => {
  it("nine in ten cases of other people's rules fire or stay silent as they should", async () => {
    const { cases } = await measured(join(SETS, "panther_rule_tests"));
    expect(cases).toHaveLength(32);
    expect(cases.filter((c) => c.got === c.wanted).length / cases.length).toBeGreaterThanOrEqual(0.9);
  });

  it("all six steps of the training lab are raised: the stolen account's as one incident, the others each on its account", async () => {
    const { score } = await measured(join(SETS, "sentinel_training_lab"));
    expect(score.incidents.map((i) => i.hits)).toEqual([["T1", "T2", "T3", "T5"], ["T6"], ["T4"]]);
    expect(score.withoutLabel).toBe(0);
  });

  it("on Invictus every incident of an attack stands above every other, whatever order the records come in", {
    timeout: 60_000,
  }, async () => {
    const out = await measured(join(SETS, "invictus_o365_dataset"));
    expect(out.score.attacks.hit).toBeGreaterThanOrEqual(11);
    expect(out.score).toMatchObject({ traps: [], misranked: 0, onServiceActors: 0 });
    expect(out.score.withoutLabel).toBeLessThanOrEqual(1);
    expect(out.score.citedInLabels).toBeGreaterThanOrEqual(0.7);
    expect(out.equal).toEqual({ shuffled: true, doubled: true, split: true });
  });
});
