import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { type CitedEvent, findRawPage } from "#db/repos/evidence.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import { sha256 } from "#domain/event/sha256.ts";
import type { RecordLine } from "#domain/evidence/file.ts";
import { sliceRecords } from "#domain/evidence/slice.ts";

type Page = { hash: string; receivedAt: string; isWhole: boolean; records: string[] };

const isoOf = (value: string): string => new Date(value).toISOString();

async function readPage(tx: ScopedTx, tenantId: string, id: number): Promise<Page | undefined> {
  const row = await findRawPage(tx, tenantId, id);
  if (!row) return undefined;
  const bytes = gunzipSync(row.body);
  const isWhole = createHash("sha256").update(bytes).digest("hex") === row.hash;
  return { hash: row.hash, receivedAt: isoOf(row.receivedAt), isWhole, records: sliceRecords(bytes.toString("utf8")) };
}

/** Is this text still the record from which the stored event was read? */
function isRecordOf(event: CitedEvent, raw: string): boolean {
  try {
    const read = normalizeRecord(JSON.parse(raw), { source: event.source });
    return read.kind === "event" && read.event.contentHash === event.contentHash;
  } catch {
    return false;
  }
}

/**
 * The cited records as Microsoft sent them, page by page so that one page is held at a time, in the order of `cited`. What
 * does not fit the hashes of its arrival is marked, not left out.
 */
export async function recordLines(tx: ScopedTx, tenantId: string, cited: readonly CitedEvent[]): Promise<RecordLine[]> {
  const lines = new Map<CitedEvent, RecordLine>();
  const byPage = Map.groupBy(cited, (event) => event.rawPageId);
  for (const [pageId, events] of byPage) {
    const page = pageId === null ? undefined : await readPage(tx, tenantId, pageId);
    for (const event of events) {
      const index = event.rawIndex ?? -1;
      const raw = page?.records[index] ?? null;
      lines.set(event, {
        recordId: event.recordId,
        source: event.source,
        occurredAt: isoOf(event.occurredAt),
        availableAt: event.availableAt && isoOf(event.availableAt),
        ingestedAt: isoOf(event.ingestedAt),
        contentHash: event.contentHash,
        raw,
        rawHash: raw === null ? null : sha256(raw),
        page: page && pageId !== null ? { id: pageId, index, receivedAt: page.receivedAt, hash: page.hash } : null,
        isAsIngested: page === undefined || (page.isWhole && raw !== null && isRecordOf(event, raw)),
      });
    }
  }
  return cited.flatMap((event) => lines.get(event) ?? []);
}
