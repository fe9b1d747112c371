import { once } from "node:events";
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { isRaw } from "#domain/event/normalize/raw.ts";
import { shapeOf } from "#domain/event/normalize/shape.ts";
import { parseTime } from "#domain/event/time.ts";
import { filesBelow, readLogFile } from "./analyze-files.ts";

/** A tenant of the simulated cloud, as its admin port answers. */
export type CloudTenant = { tenantId: string; displayName: string };

/** The fields that hold a record's time, by kind of record. */
const TIME_FIELDS = ["CreationTime", "createdDateTime", "activityDateTime"] as const;
/** Newest record of a replay, before now: an hour, as Microsoft's own logs are late. */
const AGE_OF_NEWEST_MS = 3_600_000;

/**
 * Writes every audit record below a folder as Microsoft's own JSON, one object a line (an export's outer row is taken off),
 * the tenant's name first; answers their number and the time of the newest.
 */
export async function writeRecords(folder: string, file: string): Promise<{ records: number; newest: number }> {
  const out = createWriteStream(file, { mode: 0o600 });
  let records = 0;
  let newest = 0;
  out.write(`${JSON.stringify({ name: basename(folder) })}\n`);
  for await (const found of filesBelow(folder)) {
    if ("refused" in found) continue;
    await readLogFile(found.path, (read) => {
      if ("fault" in read || !isRaw(read.raw)) return;
      const shaped = shapeOf(read.raw);
      const at = "raw" in shaped ? parseTime(shaped.time) : undefined;
      if (!("raw" in shaped) || !at) return;
      records++;
      newest = Math.max(newest, Date.parse(at));
      out.write(`${JSON.stringify(shaped.raw)}\n`);
    });
    if (out.writableNeedDrain) await once(out, "drain");
  }
  out.end();
  await finished(out);
  return { records, newest };
}

/** One line with its record moved in time; what has no time (the first line) stays as it is. */
export function moveLine(line: string, byMs: number): string {
  const record = JSON.parse(line) as Record<string, unknown>;
  for (const field of TIME_FIELDS) {
    const before = record[field];
    const at = typeof before === "string" ? parseTime(before) : undefined;
    if (at === undefined) continue;
    const moved = new Date(Date.parse(at) + byMs).toISOString();
    record[field] = /Z$/i.test(String(before)) ? moved : moved.slice(0, 19);
  }
  return `${JSON.stringify(record)}\n`;
}

async function* movedLines(file: string, byMs: number): AsyncGenerator<string> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) yield moveLine(line, byMs);
}

/** Loads a folder of exported logs into the simulated cloud as a tenant of its own, moved so that its newest record is an hour old. */
export async function replayFolder(
  folder: string,
  { adminUrl, file }: { adminUrl: string; file: string },
): Promise<{ tenant: CloudTenant; records: number }> {
  const { records, newest } = await writeRecords(folder, file);
  if (records === 0) throw new Error(`No records of a known kind below ${folder}.`);
  try {
    const response = await fetch(`${adminUrl}/admin/replay`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: Readable.toWeb(
        Readable.from(movedLines(file, Date.now() - AGE_OF_NEWEST_MS - newest)).map((line: string) =>
          Buffer.from(line),
        ),
      ) as ReadableStream<Uint8Array>,
      duplex: "half",
    } as RequestInit);
    const answer = (await response.json()) as { tenantId?: string; displayName?: string; error?: string };
    if (!response.ok || !answer.tenantId)
      throw new Error(`The simulated cloud could not take the records: ${answer.error ?? response.status}.`);
    return { tenant: { tenantId: answer.tenantId, displayName: answer.displayName ?? basename(folder) }, records };
  } finally {
    rmSync(file, { force: true });
  }
}
