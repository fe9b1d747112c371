import { isIP } from "node:net";
import { and, count, eq, gte, inArray, isNull, lte, or, sql } from "drizzle-orm";
import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";
import { events, quarantine, rawPages, watermarks } from "../schema/ingest.ts";
import type { ScopedTx } from "../tenancy.ts";
import { iso } from "./incident.ts";

type Owner = { orgId: string; tenantId: string };
export type WatermarkRecord = typeof watermarks.$inferSelect;

export async function findWatermark(
  tx: ScopedTx,
  tenantId: string,
  source: string,
): Promise<WatermarkRecord | undefined> {
  const [row] = await tx
    .select()
    .from(watermarks)
    .where(and(eq(watermarks.tenantId, tenantId), eq(watermarks.source, source)));
  return row;
}

export async function saveWatermark(
  tx: ScopedTx,
  owner: Owner,
  source: string,
  values: Partial<Omit<WatermarkRecord, "orgId" | "tenantId" | "source">>,
): Promise<void> {
  await tx
    .insert(watermarks)
    .values({ ...owner, source, ...values })
    .onConflictDoUpdate({ target: [watermarks.tenantId, watermarks.source], set: values });
}

/** The page as received; undefined when the same bytes of this source are stored already (L1). */
export async function insertRawPage(
  tx: ScopedTx,
  owner: Owner,
  page: { source: string; hash: string; receivedAt: string; records: number; body: Uint8Array },
): Promise<number | undefined> {
  const [known] = await tx
    .select({ id: rawPages.id })
    .from(rawPages)
    .where(and(eq(rawPages.tenantId, owner.tenantId), eq(rawPages.source, page.source), eq(rawPages.hash, page.hash)))
    .limit(1);
  if (known) return undefined;
  const [made] = await tx
    .insert(rawPages)
    .values({ ...owner, ...page })
    .returning({ id: rawPages.id });
  return made?.id;
}

export type EventRow = {
  event: NormalizedEvent;
  facts: EventFacts;
  accountKey: number | null;
  availableAt: string | null;
  rawIndex: number;
};

/** PostgreSQL's inet; what does not look like one is kept in the event only. */
const inetOf = (ip: string | undefined): string | null => (ip && isIP(ip) !== 0 && !ip.includes("%") ? ip : null);

/** Inserts what is new of a page in one statement; answers how many were. The same record with other content is new (D25). */
export async function insertEvents(
  tx: ScopedTx,
  owner: Owner,
  tenantKey: number,
  rows: EventRow[],
  at: { ingestedAt: string; rawPageId: number | null },
): Promise<number> {
  if (rows.length === 0) return 0;
  const shaped = rows.map(({ event, facts, accountKey, availableAt, rawIndex }) => ({
    account_key: accountKey,
    source: event.source,
    record_id: event.recordId,
    content_hash: event.contentHash,
    occurred_at: event.occurredAt,
    available_at: availableAt,
    category: event.category,
    action: event.action,
    operation: event.operation,
    outcome: event.outcome,
    ip: inetOf(event.client.ip),
    asn: facts.ip?.asn ?? null,
    as_org: facts.ip?.org ?? null,
    country: facts.ip?.country ?? null,
    network_kind: facts.ip?.kind ?? null,
    user_agent: event.client.userAgent ?? null,
    app_name: event.client.appName ?? null,
    session_id: event.handles.sessionId ?? null,
    subject: event.mail?.subject ?? null,
    event,
    raw_index: rawIndex,
  }));
  const inserted = await tx.execute(sql`
    insert into events (org_id, tenant_id, tenant_key, account_key, source, record_id, content_hash, occurred_at,
      available_at, ingested_at, category, action, operation, outcome, ip, asn, as_org, country, network_kind, user_agent,
      app_name, session_id, subject, event, raw_page_id, raw_index)
    select ${owner.orgId}::uuid, ${owner.tenantId}::uuid, ${tenantKey}::int, r.account_key, r.source, r.record_id,
      r.content_hash, r.occurred_at, r.available_at, ${at.ingestedAt}::timestamptz, r.category, r.action, r.operation,
      r.outcome, r.ip, r.asn, r.as_org, r.country, r.network_kind, r.user_agent, r.app_name, r.session_id, r.subject,
      r.event, ${at.rawPageId}::bigint, r.raw_index
    from jsonb_to_recordset(${JSON.stringify(shaped)}::text::jsonb) as r(account_key int, source text, record_id text,
      content_hash text, occurred_at timestamptz, available_at timestamptz, category text, action text, operation text,
      outcome text, ip inet, asn int, as_org text, country text, network_kind text, user_agent text, app_name text,
      session_id text, subject text, event jsonb, raw_index int)
    on conflict do nothing returning 1`);
  return [...inserted].length;
}

/** A record no code could read: kept with its bytes and reason (L4). */
export async function quarantineRecord(
  tx: ScopedTx,
  owner: Owner,
  record: { source: string; rawPageId: number | null; rawIndex: number; body: Uint8Array; reason: string; at: string },
): Promise<void> {
  await tx.insert(quarantine).values({ ...owner, ...record });
}

/** Is there anything of this tenant that was stored and not judged yet? */
export async function hasUnjudged(tx: ScopedTx, tenantId: string, since: string): Promise<boolean> {
  const rows = await tx
    .select({ one: sql`1` })
    .from(events)
    .where(and(eq(events.tenantId, tenantId), gte(events.occurredAt, since), isNull(events.detectedAt)))
    .limit(1);
  return rows.length > 0;
}

/** Marks what was stored up to `ingestedUntil` as judged; what came in meanwhile stays for the next time. */
export async function markJudged(
  tx: ScopedTx,
  tenantId: string,
  window: { since: string; ingestedUntil: string },
  now: string,
): Promise<void> {
  await tx
    .update(events)
    .set({ detectedAt: now })
    .where(
      and(
        eq(events.tenantId, tenantId),
        gte(events.occurredAt, window.since),
        isNull(events.detectedAt),
        lte(events.ingestedAt, window.ingestedUntil),
      ),
    );
}

export type StoredEvent = {
  event: NormalizedEvent;
  accountKey: number | null;
  availableAt: string | null;
  ingestedAt: string;
};
/** With a print of its content as the database computes it: see `printWindow`. */
export type PrintedEvent = StoredEvent & { print: number };

const printOf = sql<number>`hashtext(${events.contentHash})`;

/**
 * A tenant's events since a time, oldest first, every version of a record: which one counts must not hang on arrival. `accountKeys` narrows to those accounts, what
 * was done to them by others, and failed sign-ins of anybody.
 */
export async function loadEvents(
  tx: ScopedTx,
  tenantId: string,
  since: string,
  narrow?: { accountKeys: number[]; upns: string[] } | "unjudged",
): Promise<PrintedEvent[]> {
  const ofAccounts =
    narrow === "unjudged"
      ? isNull(events.detectedAt)
      : narrow &&
        or(
          narrow.accountKeys.length > 0 ? inArray(events.accountKey, narrow.accountKeys) : sql`false`,
          narrow.upns.length > 0 ? inArray(sql`lower(${events.event}->'target'->>'upn')`, narrow.upns) : sql`false`,
          and(eq(events.action, "sign-in"), eq(events.outcome, "failure")),
        );
  const rows = await tx
    .select({
      event: events.event,
      accountKey: events.accountKey,
      availableAt: events.availableAt,
      ingestedAt: events.ingestedAt,
      print: printOf,
    })
    .from(events)
    .where(and(eq(events.tenantId, tenantId), gte(events.occurredAt, since), ofAccounts))
    .orderBy(events.occurredAt, events.recordId, events.ingestedAt);
  return rows.map((row) => ({ ...row, availableAt: iso(row.availableAt), ingestedAt: iso(row.ingestedAt) }));
}

export type WindowPrint = { events: number; content: number; accounts: number };

/** What tells whether somebody who remembers a tenant's events since a time still has all of them, and no other. */
export async function printWindow(tx: ScopedTx, tenantId: string, since: string): Promise<WindowPrint> {
  const [row] = await tx
    .select({
      events: count(),
      content: sql<number>`coalesce(sum(${printOf}::bigint), 0)::float8`,
      accounts: sql<number>`coalesce(sum(${events.accountKey}::bigint), 0)::float8`,
    })
    .from(events)
    .where(and(eq(events.tenantId, tenantId), gte(events.occurredAt, since)));
  return row ?? { events: 0, content: 0, accounts: 0 };
}

/** How many events a tenant has since a time, counted no further than `limit`. */
export async function countEvents(tx: ScopedTx, tenantId: string, since: string, limit: number): Promise<number> {
  const [row] = [
    ...(await tx.execute(sql`select count(*)::int as n from (select 1 from events where tenant_id = ${tenantId}::uuid
      and occurred_at >= ${since}::timestamptz limit ${limit}) as counted`)),
  ] as { n: number }[];
  return Number(row?.n ?? 0);
}

/** Accounts of the tenant that have events not judged yet. */
export async function listUnjudgedAccounts(tx: ScopedTx, tenantId: string, since: string): Promise<number[]> {
  const rows = await tx
    .selectDistinct({ key: events.accountKey })
    .from(events)
    .where(and(eq(events.tenantId, tenantId), gte(events.occurredAt, since), isNull(events.detectedAt)));
  return rows.flatMap((r) => (r.key === null ? [] : [r.key]));
}
