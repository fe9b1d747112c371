import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse as parseYaml } from "yaml";
import type { Episode } from "#detections/evaluation-score.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { NO_TIME, normalizeRecord } from "#domain/event/normalize/index.ts";
import { filesBelow, readLogFile } from "./analyze-files.ts";

/** One record that a rule of somebody else must, or must not, fire on. */
export type Case = { rule: string; name: string; fires: boolean; times: number; record: unknown };

export type LogSet = {
  name: string;
  events: NormalizedEvent[];
  intake: { records: number; understood: number; notRelevant: number; unreadable: number };
  /** Why records could not be read, with how many. */
  faults: Map<string, number>;
  episodes: Episode[];
  /** Labelled record ids that no understood record has. */
  missing: string[];
  cases: Case[];
};

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const VERDICTS: Record<string, Episode["verdict"]> = {
  attack: "attack",
  suspicious: "suspicious",
  trap: "trap",
  benign_trap: "trap",
  benign: "trap",
};

/**
 * Reads LABELS.tsv: a header line with at least `episode`, `verdict` and `record_ids`; ids stand apart by `|`, or by
 * blanks where no `|` is there.
 */
export function readLabels(text: string): Episode[] {
  const [header = "", ...lines] = text.split(/\r?\n/);
  const columns = header.split("\t").map((c) => c.trim());
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const fields = line.split("\t");
      const get = (name: string): string => fields[columns.indexOf(name)]?.trim() ?? "";
      const verdict = VERDICTS[get("verdict").toLowerCase()];
      if (!verdict) throw new Error(`LABELS.tsv: verdict "${get("verdict")}" of ${get("episode")} is not known`);
      const ids = get("record_ids");
      return {
        id: get("episode"),
        verdict,
        techniques: get("techniques")
          .split(/[;,\s]+/)
          .filter(Boolean),
        signal: get("signal"),
        recordIds: ids.split(ids.includes("|") ? "|" : /\s+/).filter(Boolean),
      };
    });
}

/** Files that carry records inside something else: rule tests, parser tests, examples in a description. */
function unwrapped(path: string): { records: unknown[]; cases: Case[] } | undefined {
  let value: unknown;
  try {
    const text = readFileSync(path, "utf8");
    if (/\.ya?ml$/i.test(path)) value = parseYaml(text);
    else if (/\.json$/i.test(path)) value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { tests, input, threshold, rule_id: rule } = value;
  if (Array.isArray(tests) && tests.every((t) => isObject(t) && "Log" in t)) {
    const cases = (tests as Json[]).map((t) => ({
      rule: String(rule ?? basename(path)),
      name: String(t.Name ?? ""),
      fires: t.ExpectedResult === true,
      times: typeof threshold === "number" && threshold > 1 ? threshold : 1,
      record: t.Log,
    }));
    return { records: cases.map((c) => c.record), cases };
  }
  const inner = isObject(input) ? input.message : value.example_log;
  if (typeof inner !== "string") return undefined;
  try {
    return { records: [JSON.parse(inner)], cases: [] };
  } catch {
    return undefined;
  }
}

/** Reads every log below a folder, with its labels and cases if it has any. */
export async function readSet(folder: string): Promise<LogSet> {
  const set: LogSet = {
    name: basename(folder),
    events: [],
    intake: { records: 0, understood: 0, notRelevant: 0, unreadable: 0 },
    faults: new Map(),
    episodes: [],
    missing: [],
    cases: [],
  };
  const known = new Set<string>();
  const timeless: { raw: unknown; file: string; line: number }[] = [];
  const take = (raw: unknown, file: string, line: number, fallbackTime?: string): void => {
    const done = normalizeRecord(raw, { fallbackId: `${file}#${line}`, ...(fallbackTime ? { fallbackTime } : {}) });
    if (done.kind === "unreadable" && done.reason === NO_TIME && fallbackTime === undefined) {
      timeless.push({ raw, file, line });
      return;
    }
    set.intake.records += 1;
    if (done.kind === "event") {
      set.intake.understood += 1;
      const key = `${done.event.source} ${done.event.recordId} ${done.event.contentHash}`;
      if (!known.has(key)) set.events.push(done.event);
      known.add(key);
    } else if (done.kind === "not-relevant") set.intake.notRelevant += 1;
    else fault(done.reason);
  };
  const fault = (reason: string): void => {
    set.intake.unreadable += 1;
    set.faults.set(reason, (set.faults.get(reason) ?? 0) + 1);
  };
  for await (const found of filesBelow(folder)) {
    if ("refused" in found || /(^|\/)(LABELS\.(tsv|md)|[^/]*README[^/]*)$/i.test(found.file)) continue;
    const inside = unwrapped(found.path);
    if (inside) {
      for (const [i, raw] of inside.records.entries()) take(raw, found.file, i + 1);
      set.cases.push(...inside.cases);
      continue;
    }
    await readLogFile(found.path, (read) => {
      if ("raw" in read) take(read.raw, found.file, read.line);
      else if (read.line > 0) {
        set.intake.records += 1;
        fault(read.fault);
      }
    });
  }
  const latest = set.events.reduce((newest, e) => (e.occurredAt > newest ? e.occurredAt : newest), "");
  for (const row of timeless) take(row.raw, row.file, row.line, latest);
  const labels = join(folder, "LABELS.tsv");
  if (existsSync(labels)) set.episodes = readLabels(readFileSync(labels, "utf8"));
  const ids = new Set(set.events.map((e) => e.recordId));
  set.missing = set.episodes.flatMap((e) => e.recordIds.filter((id) => !ids.has(id)));
  return set;
}

/** The folders of sets below a folder, or the folder itself when it holds files. */
export function setFolders(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name))
    .sort();
}
