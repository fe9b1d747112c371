import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { factsOf } from "#activities/enrich/index.ts";
import { type PageOwner, storePage } from "#activities/ingest/store-page.ts";
import { createDb } from "#db/client.ts";
import { findWatermark } from "#db/repos/ingest.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { EventSource } from "#domain/event/event.ts";

/** One process of the stream's bench: reads or stores the pages of its tenants when told to, and says when it is done. */
export type Feed = { owner: PageOwner; pages: { file: string; source: EventSource }[] };
export type Order = { do: "parse" } | { do: "store"; url: string; feeds: Feed[] };

const AT_ONCE = 2;
const NOW = "2026-06-02T00:00:00.000Z";
const STREAM = "bench";

const files = new Map<string, Buffer>();
const bytesOf = (file: string): Buffer => {
  const known = files.get(file) ?? readFileSync(file);
  files.set(file, known);
  return known;
};

function recordsOf(file: string): { records: unknown[]; body: string } {
  const body = gunzipSync(bytesOf(file)).toString("utf8");
  const page = JSON.parse(body) as unknown[] | { value: unknown[] };
  return { records: Array.isArray(page) ? page : page.value, body };
}

async function store(url: string, feeds: readonly Feed[]): Promise<void> {
  const db = createDb(url);
  const waiting = [...feeds];
  const one = async (): Promise<void> => {
    for (let feed = waiting.shift(); feed; feed = waiting.shift()) {
      const { owner, pages } = feed;
      const mark = await withWorkerScope(db, owner, (tx) => findWatermark(tx, owner.tenantId, STREAM));
      for (let next = Number(mark?.cursor.next ?? 0); next < pages.length; next++) {
        const { file, source } = pages[next]!;
        const page = { ...recordsOf(file), receivedAt: NOW, source: STREAM, eventSource: source, availableAt: null };
        await storePage(db, owner, { ...page, watermark: { cursor: { next: next + 1 } } }, factsOf, NOW);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  await db.close();
}

const [, , ...list] = process.argv;
for (const file of list) bytesOf(file);
process.on("message", (order: Order) => {
  if (order.do === "parse") {
    for (const file of list) recordsOf(file);
    process.send?.("done");
    return;
  }
  void store(order.url, order.feeds).then(
    () => process.send?.("done"),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.send?.("ready");
