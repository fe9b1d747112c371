import type { NormalizedEvent } from "#domain/event/event.ts";
import { NO_TIME, normalizeRecord, type OwnRules } from "#domain/event/normalize/index.ts";
import type { AnalyzeReport } from "#domain/incident/analyze-report.schema.ts";
import { filesBelow, readLogFile } from "./analyze-files.ts";

export type FolderLogs = {
  events: NormalizedEvent[];
  sources: AnalyzeReport["sources"];
  unreadable: AnalyzeReport["unreadable"];
};

type Source = FolderLogs["sources"][number];
type Timeless = { line: number; raw: unknown };

const MAX_LISTED = 10_000;

/** Reads every log below a folder into distinct events, rows without a time last. `progress` hears of each file as it is done. */
export async function readFolder(
  folder: string,
  progress: (file: string, records: number) => void,
  ownRules?: OwnRules,
): Promise<FolderLogs> {
  const out: FolderLogs = { events: [], sources: [], unreadable: [] };
  const known = new Map<string, Set<string>>();
  const files: { file: string; source: Source; timeless: Timeless[] }[] = [];
  const list = (file: string, line: number, reason: string): void => {
    if (out.unreadable.length < MAX_LISTED) out.unreadable.push({ file, line, reason });
    else if (out.unreadable.length === MAX_LISTED)
      out.unreadable.push({ file, line: 0, reason: "more unreadable rows than are listed" });
  };
  for await (const found of filesBelow(folder)) {
    if ("refused" in found) {
      list(found.file, 0, found.refused);
      continue;
    }
    const source: Source = {
      file: found.file,
      format: "",
      records: 0,
      distinct: 0,
      understood: 0,
      notRelevant: 0,
      unreadable: 0,
      from: null,
      to: null,
    };
    const here = new Set<string>();
    const timeless: Timeless[] = [];
    source.format = await readLogFile(found.path, (read) => {
      if ("fault" in read && read.line === 0) return list(found.file, 0, read.fault);
      source.records += 1;
      const done =
        "fault" in read
          ? ({ kind: "unreadable", reason: read.fault } as const)
          : normalizeRecord(read.raw, { fallbackId: `${found.file}#${read.line}`, ...(ownRules ? { ownRules } : {}) });
      if (done.kind === "unreadable" && done.reason === NO_TIME && "raw" in read && timeless.length < MAX_LISTED) {
        timeless.push({ line: read.line, raw: read.raw });
        return;
      }
      if (done.kind === "unreadable") {
        source.unreadable += 1;
        return list(found.file, read.line, done.reason);
      }
      if (done.kind === "not-relevant") {
        source.notRelevant += 1;
        return;
      }
      source.understood += 1;
      const { event } = done;
      here.add(`${event.source} ${event.recordId}`);
      if (source.from === null || event.occurredAt < source.from) source.from = event.occurredAt;
      if (source.to === null || event.occurredAt > source.to) source.to = event.occurredAt;
      keep(event, known, out.events);
    });
    source.distinct = here.size;
    files.push({ file: found.file, source, timeless });
    progress(found.file, source.records);
  }
  const latest = out.events.reduce((newest, e) => (e.occurredAt > newest ? e.occurredAt : newest), "");
  for (const { file, source, timeless } of files) {
    for (const row of timeless) {
      const event = dated(row, file, latest, ownRules);
      if (event) {
        source.understood += 1;
        keep(event, known, out.events);
      } else {
        source.unreadable += 1;
        list(file, row.line, NO_TIME);
      }
    }
    if (source.format !== "not-a-log") settle(source, file, out, list);
  }
  return out;
}

/** Rows whose time column a query left out stand at the end of the log; nothing is known of their order. */
function dated(row: Timeless, file: string, latest: string, ownRules?: OwnRules): NormalizedEvent | undefined {
  if (latest === "") return undefined;
  const done = normalizeRecord(row.raw, {
    fallbackId: `${file}#${row.line}`,
    fallbackTime: latest,
    ...(ownRules ? { ownRules } : {}),
  });
  return done.kind === "event" ? done.event : undefined;
}

/** Each record once; the same id with other content is kept as a further version for the engine to choose from. */
function keep(event: NormalizedEvent, known: Map<string, Set<string>>, events: NormalizedEvent[]): void {
  const key = `${event.source} ${event.recordId}`;
  const versions = known.get(key) ?? new Set<string>();
  if (versions.has(event.contentHash)) return;
  versions.add(event.contentHash);
  known.set(key, versions);
  events.push(event);
}

/** A JSON file of which nothing is a record of ours is no log: named once instead of row by row. */
function settle(
  source: FolderLogs["sources"][number],
  file: string,
  out: FolderLogs,
  list: (file: string, line: number, reason: string) => void,
): void {
  if (source.understood + source.notRelevant > 0 || source.records === 0) {
    if (source.records > 0) out.sources.push(source);
    else list(file, 0, "holds no records");
    return;
  }
  if (source.format.startsWith("json")) {
    out.unreadable = out.unreadable.filter((row) => row.file !== file);
    list(file, 0, "not a log of a known kind");
  } else out.sources.push(source);
}
