import { once } from "node:events";
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { filesBelow, readLogFile } from "./analyze-files.ts";

/** A tenant of the simulated cloud, as its admin port answers. */
export type CloudTenant = { tenantId: string; displayName: string };

/** Writes every raw record below a folder as one JSON object a line, the tenant's name first; returns their number. */
export async function writeRecords(folder: string, file: string): Promise<number> {
  const out = createWriteStream(file, { mode: 0o600 });
  let records = 0;
  out.write(`${JSON.stringify({ name: basename(folder) })}\n`);
  for await (const found of filesBelow(folder)) {
    if ("refused" in found) continue;
    await readLogFile(found.path, (read) => {
      if ("fault" in read || typeof read.raw !== "object" || read.raw === null) return;
      records++;
      out.write(`${JSON.stringify(read.raw)}\n`);
    });
    if (out.writableNeedDrain) await once(out, "drain");
  }
  out.end();
  await finished(out);
  return records;
}

/** Loads a folder of exported logs into the simulated cloud as a tenant of its own. */
export async function replayFolder(
  folder: string,
  { adminUrl, file }: { adminUrl: string; file: string },
): Promise<{ tenant: CloudTenant; records: number }> {
  const records = await writeRecords(folder, file);
  if (records === 0) throw new Error(`No records of a known kind below ${folder}.`);
  try {
    const response = await fetch(`${adminUrl}/admin/replay`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>,
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
