import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { RawPage } from "#activities/clients/m365/m365.ts";
import type { Db } from "#db/client.ts";
import { resolveAccounts } from "#db/repos/account.ts";
import {
  insertEvents,
  insertRawPage,
  quarantineRecord,
  saveWatermark,
  type WatermarkRecord,
} from "#db/repos/ingest.ts";
import { type ScopedTx, withWorkerScope } from "#db/tenancy.ts";
import type { EventFacts, EventSource, NormalizedEvent } from "#domain/event/event.ts";
import type { OwnRules } from "#domain/event/normalize/index.ts";
import { type Understood, understandPage } from "./understand.ts";

export type PageOwner = { orgId: string; tenantId: string; tenantKey: number; microsoftTenantId?: string };
export type IncomingPage = RawPage & {
  source: string;
  eventSource: EventSource;
  /** When Microsoft could first show it, as far as known. */
  availableAt: string | null;
  /** Written in the same transaction as the page. */
  watermark?: Partial<Omit<WatermarkRecord, "orgId" | "tenantId" | "source">>;
};
export type Stored = { isNew: boolean; read: number; inserted: number; unreadable: number };

const bytesOf = (raw: unknown): Uint8Array => gzipSync(Buffer.from(JSON.stringify(raw) ?? "null"));

/**
 * Keeps, understands and counts one page exactly once (L1): raw bytes, events, accounts and the watermark in one
 * transaction. The same bytes again change nothing. A record the database refuses is found by halving and put aside (L4).
 */
export async function storePage(
  db: Db,
  owner: PageOwner,
  page: IncomingPage,
  factsOf: (event: NormalizedEvent) => EventFacts,
  now: string,
  ownRules?: OwnRules,
): Promise<Stored> {
  const hash = createHash("sha256").update(page.body).digest("hex");
  const { understood, unreadable } = understandPage(
    page.records,
    page.eventSource,
    factsOf,
    owner.microsoftTenantId,
    ownRules,
  );
  const keep = (insert: typeof insertHalving) =>
    withWorkerScope(db, owner, (tx) => keepPage(tx, owner, page, { hash, understood, unreadable, now }, insert));
  try {
    return await keep(insertBatch);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return keep(insertHalving);
  }
}

type Read = Pick<ReturnType<typeof understandPage>, "understood" | "unreadable"> & { hash: string; now: string };

async function keepPage(
  tx: ScopedTx,
  owner: PageOwner,
  page: IncomingPage,
  { hash, understood, unreadable, now }: Read,
  insert: typeof insertHalving,
): Promise<Stored> {
  const at = { orgId: owner.orgId, tenantId: owner.tenantId };
  const mark = page.watermark && saveWatermark(tx, at, page.source, page.watermark);
  if (page.records.length === 0) {
    await mark;
    return { isNew: false, read: 0, inserted: 0, unreadable: 0 };
  }
  const { source, receivedAt } = page;
  const raw = { source, hash, receivedAt, records: page.records.length, body: gzipSync(page.body) };
  const [rawPageId] = await Promise.all([insertRawPage(tx, at, raw), mark]);
  if (rawPageId === undefined) return { isNew: false, read: page.records.length, inserted: 0, unreadable: 0 };
  const put = async (index: number, raw: unknown, reason: string) =>
    quarantineRecord(tx, at, {
      source: page.source,
      rawPageId,
      rawIndex: index,
      body: bytesOf(raw),
      reason,
      at: now,
    });
  for (const { index, raw, reason } of unreadable) await put(index, raw, reason);
  let refused = 0;
  const inserted = await insert(
    tx,
    owner,
    understood,
    { now, rawPageId, availableAt: page.availableAt },
    async (bad) => {
      refused += 1;
      await put(bad.index, page.records[bad.index], "The database refused this record.");
    },
  );
  return { isNew: true, read: page.records.length, inserted, unreadable: unreadable.length + refused };
}

type Batch = { now: string; rawPageId: number; availableAt: string | null };

async function insertHalving(
  tx: ScopedTx,
  owner: PageOwner,
  rows: Understood[],
  batch: Batch,
  onBad: (row: Understood) => Promise<void>,
): Promise<number> {
  if (rows.length === 0) return 0;
  try {
    // A refusal would end the page's transaction with it.
    return await tx.transaction((inner) => insertBatch(inner as unknown as ScopedTx, owner, rows, batch));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const [first] = rows;
    if (rows.length === 1 && first) {
      await onBad(first);
      return 0;
    }
    const middle = Math.ceil(rows.length / 2);
    const left = await insertHalving(tx, owner, rows.slice(0, middle), batch, onBad);
    return left + (await insertHalving(tx, owner, rows.slice(middle), batch, onBad));
  }
}

/** SQLSTATE classes 22 (data exception) and 54 (program limit): the record's own fault, not the database's. */
function isRefusal(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    const code = (e as { code?: unknown }).code;
    if (typeof code === "string" && /^(22|54)/.test(code)) return true;
  }
  return false;
}

async function insertBatch(tx: ScopedTx, owner: PageOwner, rows: Understood[], batch: Batch): Promise<number> {
  const at = { orgId: owner.orgId, tenantId: owner.tenantId };
  const named = rows.flatMap((row) => (row.mention ? [{ row, mention: row.mention }] : []));
  const accounts = await resolveAccounts(
    tx,
    at,
    named.map((n) => n.mention),
    batch.now,
  );
  const keyOf = new Map(named.map((n, i) => [n.row, accounts[i]?.key ?? null]));
  return insertEvents(
    tx,
    at,
    owner.tenantKey,
    rows.map((row) => ({
      event: row.event,
      facts: row.facts,
      accountKey: keyOf.get(row) ?? null,
      availableAt: batch.availableAt,
      rawIndex: row.index,
    })),
    { ingestedAt: batch.now, rawPageId: batch.rawPageId },
  );
}
