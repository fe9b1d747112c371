import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { LogReader } from "#domain/event/intake/reader.ts";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import type { Analysis } from "#domain/incident/analysis.ts";
import { factsOf } from "../activities/enrich/index.ts";
import { analyze } from "./engine.ts";

const SHARED = process.env.PETRA_SHARED ?? resolve(import.meta.dirname, "../../shared");
const SETS = join(SHARED, "datasets/public");
const present = existsSync(join(SETS, "invictus_o365_dataset"));
if (!present) process.stderr.write(`SKIPPED: no public logs at ${SETS}; set PETRA_SHARED to measure detection\n`);

type Episode = { id: string; verdict: string; techniques: string[]; ids: string[] };

function labels(set: string): Episode[] {
  const [, ...lines] = readFileSync(join(SETS, set, "LABELS.tsv"), "utf8").split("\n");
  return lines
    .filter((l) => l.trim() !== "")
    .map((line) => {
      const f = line.split("\t");
      return {
        id: f[0] ?? "",
        verdict: f[1] ?? "",
        techniques: (f[2] ?? "").split(";"),
        ids: (f[10] ?? "").trim().split(set.startsWith("sentinel") ? "|" : " "),
      };
    });
}

function hits(episode: Episode, analysis: Analysis): number {
  const count = (ids: Iterable<string>): number => {
    const set = new Set(ids);
    return episode.ids.filter((id) => set.has(id)).length;
  };
  const incidents = analysis.incidents
    .filter((i) => i.severity !== "low")
    .map((i) => count(i.signals.flatMap((s) => s.recordIds)));
  const guessing = episode.techniques.every((t) => t.startsWith("T1110"))
    ? analysis.failedAttacks.map((f) => count(f.recordIds))
    : [];
  return Math.max(0, ...incidents, ...guessing);
}

/** Records of the CSV files of a set, with how many rows could not be read. */
function readSet(set: string): { events: NormalizedEvent[]; rows: number; bad: number } {
  const out = { events: [] as NormalizedEvent[], rows: 0, bad: 0 };
  for (const file of globSync(join(SETS, set, "*.csv*")).sort()) {
    const bytes = readFileSync(file);
    const reader = new LogReader();
    for (const read of [
      ...reader.push((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")),
      ...reader.end(),
    ]) {
      if (read.line === 0) continue;
      out.rows += 1;
      const done = "raw" in read ? normalizeRecord(read.raw) : undefined;
      if (done?.kind === "event") out.events.push(done.event);
      else if (done?.kind !== "not-relevant") out.bad += 1;
    }
  }
  return out;
}

const isHit = (episode: Episode, analysis: Analysis): boolean =>
  hits(episode, analysis) >= Math.min(3, episode.ids.length / 3);

describe.skipIf(!present)("on the public Invictus logs", () => {
  let events: NormalizedEvent[] = [];
  let analysis: Analysis;
  let episodes: Episode[] = [];
  beforeAll(() => {
    events = readSet("invictus_o365_dataset").events;
    analysis = analyze({ events, factsOf, asOf: "2021-06-14T00:00:00.000Z" });
    episodes = labels("invictus_o365_dataset");
    const rows = episodes.map(
      (e) =>
        `${e.id} ${e.verdict.padEnd(11)} ${String(hits(e, analysis)).padStart(3)} of ${String(e.ids.length).padStart(3)} ${isHit(e, analysis) ? "hit" : ""}`,
    );
    const labelled = new Set(episodes.flatMap((e) => e.ids));
    const cited = new Set(analysis.incidents.flatMap((i) => i.recordIds));
    rows.push(
      `incidents ${analysis.incidents.map((i) => `${i.account.upn.split("@")[0]} ${i.severity}`).join(", ")}`,
      `cited ${cited.size}, labelled ${[...cited].filter((id) => labelled.has(id)).length}`,
    );
    process.stderr.write(`${rows.join("\n")}\n`);
  });

  it("at least 11 of the 12 attack episodes are hit", () => {
    const attacks = episodes.filter((e) => e.verdict === "attack");
    expect(attacks).toHaveLength(12);
    expect(attacks.filter((e) => isHit(e, analysis)).length).toBeGreaterThanOrEqual(11);
  });

  it("no signal of an incident cites a benign trap", () => {
    const traps = new Set(episodes.filter((e) => e.verdict === "benign_trap").flatMap((e) => e.ids));
    expect(
      analysis.incidents.flatMap((i) => i.signals.flatMap((s) => s.recordIds)).filter((id) => traps.has(id)),
    ).toEqual([]);
  });

  it("no incident stands on a service actor", () => {
    const people = new Set(
      events.filter((e) => e.actor.kind === "person" || e.actor.kind === "guest").map((e) => e.actor.upn),
    );
    for (const incident of analysis.incidents) expect(people).toContain(incident.account.upn);
  });

  it("at most one incident at medium or above cites no labelled record, and more than half of what is cited is labelled", () => {
    const wanted = new Set(episodes.filter((e) => e.verdict !== "benign_trap").flatMap((e) => e.ids));
    const labelled = new Set(episodes.flatMap((e) => e.ids));
    expect(
      analysis.incidents.filter((i) => i.severity !== "low" && !i.recordIds.some((id) => wanted.has(id))).length,
    ).toBeLessThanOrEqual(1);
    const cited = [...new Set(analysis.incidents.flatMap((i) => i.recordIds))];
    expect(cited.filter((id) => labelled.has(id)).length / cited.length).toBeGreaterThan(0.6);
  });
});

const unwrap = (value: unknown): unknown[] => {
  if (typeof value !== "object" || value === null) return [];
  const box = value as { input?: { message?: string }; tests?: { Log: unknown }[] };
  if (box.input?.message) return [JSON.parse(box.input.message) as unknown];
  return box.tests?.map((t) => t.Log) ?? [];
};

describe.skipIf(!present)("on the other public sets", () => {
  it("at least 95 percent of each set is understood or known not to be relevant", () => {
    const sets = {
      sekoia: globSync(join(SETS, "sekoia_intake_formats/*/*/tests/*.json")),
      panther: globSync(join(SETS, "panther_rule_tests/*.json")),
    };
    for (const [name, files] of Object.entries(sets)) {
      const read = files.flatMap((f) => unwrap(JSON.parse(readFileSync(f, "utf8")))).map((raw) => normalizeRecord(raw));
      const bad = read.filter((r) => r.kind === "unreadable");
      process.stderr.write(
        `${name}: ${read.length} records, ${read.filter((r) => r.kind === "event").length} understood, ${bad.length} unreadable\n`,
      );
      expect(bad.length / read.length, name).toBeLessThanOrEqual(0.05);
    }
    const lab = readSet("sentinel_training_lab");
    process.stderr.write(
      `training lab: ${lab.rows} rows, ${lab.events.length} understood, ${lab.bad} without a time\n`,
    );
    expect(lab.bad / lab.rows).toBeLessThanOrEqual(0.05);
    expect(lab.events.length).toBe(328);
  });
});
