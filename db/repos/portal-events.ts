import { and, asc, desc, eq, gte, ilike, inArray, isNull, lt, lte, not, or, type SQL, sql } from "drizzle-orm";
import type { EventCategory } from "#domain/event/event.ts";
import type { RowVerdict } from "#domain/incident/analysis.ts";
import { incidentRows, incidents, phishMessages } from "../schema/incident.ts";
import { events } from "../schema/ingest.ts";
import { accounts } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type EventFilter = {
  tenantId: string;
  /** Verdicts are those of this incident; without one, of any incident of the tenant. */
  incidentId?: string;
  /** Only what this account did or what was done to it. */
  accountId?: string;
  category?: EventCategory;
  /** Any of these, beside `category`. */
  categories?: EventCategory[];
  upn?: string;
  ip?: string;
  verdict?: RowVerdict;
  /** Rows of the account from before this time that no judgement reached are the owner's: the attacker was not there yet. */
  ownerBefore?: string;
  /** Only these records: what a line of evidence or of the timeline cites. */
  records?: string[];
  q?: string;
  /** Of a mail: its subject, and an address that stands in its record. */
  subject?: string;
  sender?: string;
  from?: string;
  to?: string;
  after?: EventKey;
  limit: number;
};
/** The last row of a page: rows go on behind it. */
export type EventKey = { at: string; recordId: string; source: string; contentHash: string };
export type EventRecord = typeof events.$inferSelect & { verdict: RowVerdict | null; verdictReason: string | null };

/** A count stops here: "10,000 or more". */
export const COUNT_MAX = 10_000;

const like = (text: string): string => `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
const isAddress = (text: string): boolean => /^[0-9a-f.:]{2,45}$/i.test(text);

/**
 * One row a record: Microsoft shows a sign-in in two logs under one id (the sign-in log says more) and sends records
 * again with changed content (the later one counts). Versions lie within the hour.
 */
const isBestVersion = (): SQL => sql`not exists (
  select 1 from ${events} as better
  where better.tenant_id = ${events.tenantId} and better.record_id = ${events.recordId}
    and better.source in ('ual', 'sign-in', 'directory-audit', 'message-trace')
    and better.occurred_at between ${events.occurredAt} - interval '1 hour' and ${events.occurredAt} + interval '1 hour'
    and (better.source = 'sign-in', better.ingested_at, better.content_hash)
      > (${events.source} = 'sign-in', ${events.ingestedAt}, ${events.contentHash}))`;

function conditions(tx: ScopedTx, filter: EventFilter): SQL | undefined {
  const upn = sql`coalesce(${events.event} -> 'actor' ->> 'upn', '')`;
  const target = sql`coalesce(${events.event} -> 'target' ->> 'upn', '')`;
  return and(
    own(tx, events.orgId, events.tenantId),
    eq(events.tenantId, filter.tenantId),
    isBestVersion(),
    filter.accountId
      ? inArray(
          events.accountKey,
          tx
            .select({ key: accounts.key })
            .from(accounts)
            .where(and(eq(accounts.id, filter.accountId), own(tx, accounts.orgId, accounts.tenantId))),
        )
      : undefined,
    filter.category ? eq(events.category, filter.category) : undefined,
    filter.categories ? inArray(events.category, filter.categories) : undefined,
    filter.from ? gte(events.occurredAt, filter.from) : undefined,
    filter.to ? lte(events.occurredAt, filter.to) : undefined,
    filter.upn ? or(ilike(upn, like(filter.upn)), ilike(target, like(filter.upn))) : undefined,
    filter.ip ? (isAddress(filter.ip) ? sql`host(${events.ip}) = ${filter.ip}` : sql`false`) : undefined,
    filter.subject ? ilike(events.subject, like(filter.subject)) : undefined,
    filter.sender ? sql`${events.event}::text ilike ${like(filter.sender)}` : undefined,
    filter.records ? inArray(events.recordId, filter.records) : undefined,
    filter.q
      ? or(
          ilike(events.operation, like(filter.q)),
          ilike(events.subject, like(filter.q)),
          ilike(events.appName, like(filter.q)),
          ilike(events.userAgent, like(filter.q)),
          eq(events.recordId, filter.q),
        )
      : undefined,
    filter.verdict ? or(judgedAs(tx, filter, filter.verdict), untouched(tx, filter)) : undefined,
  );
}

function judgedAs(tx: ScopedTx, filter: EventFilter, verdict?: RowVerdict): SQL {
  return inArray(
    events.recordId,
    tx
      .select({ id: incidentRows.recordId })
      .from(incidentRows)
      .where(and(verdictsOf(tx, filter), verdict ? eq(incidentRows.verdict, verdict) : undefined)),
  );
}

/** Rows nobody judged, from before the attacker came: they stand among the owner's. */
const untouched = (tx: ScopedTx, filter: EventFilter): SQL | undefined =>
  filter.verdict === "owner" && filter.ownerBefore
    ? and(lt(events.occurredAt, filter.ownerBefore), not(judgedAs(tx, filter)))
    : undefined;

const verdictsOf = (tx: ScopedTx, filter: Pick<EventFilter, "tenantId" | "incidentId">) =>
  and(
    own(tx, incidentRows.orgId, incidentRows.tenantId),
    eq(incidentRows.tenantId, filter.tenantId),
    filter.incidentId ? eq(incidentRows.incidentId, filter.incidentId) : undefined,
  );

/** A page of the event store, newest first, each record with its verdict; `total` counts up to COUNT_MAX. */
export async function listEvents(
  tx: ScopedTx,
  filter: EventFilter,
): Promise<{ rows: EventRecord[]; last: EventKey | null; total: number }> {
  const all = conditions(tx, filter);
  const { after } = filter;
  const behind = after
    ? or(
        lt(events.occurredAt, after.at),
        and(
          eq(events.occurredAt, after.at),
          sql`(${events.recordId}, ${events.source}, ${events.contentHash}) > (${after.recordId}, ${after.source}, ${after.contentHash})`,
        ),
      )
    : undefined;
  const rows = await tx
    .select()
    .from(events)
    .where(and(all, behind))
    .orderBy(desc(events.occurredAt), asc(events.recordId), asc(events.source), asc(events.contentHash))
    .limit(filter.limit + 1);
  const counted = tx
    .select({ one: sql`1`.as("one") })
    .from(events)
    .where(all)
    .limit(COUNT_MAX)
    .as("counted");
  const [total] = await tx.select({ n: sql<number>`count(*)::int` }).from(counted);
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return {
    rows: await withVerdicts(tx, filter, page),
    last:
      rows.length > filter.limit && last
        ? { at: last.occurredAt, recordId: last.recordId, source: last.source, contentHash: last.contentHash }
        : null,
    total: total?.n ?? 0,
  };
}

async function withVerdicts(
  tx: ScopedTx,
  filter: Pick<EventFilter, "tenantId" | "incidentId" | "ownerBefore">,
  rows: (typeof events.$inferSelect)[],
): Promise<EventRecord[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.recordId);
  const found = await tx
    .select()
    .from(incidentRows)
    .where(and(verdictsOf(tx, filter), inArray(incidentRows.recordId, ids)));
  const verdicts = new Map(found.map((row) => [row.recordId, row]));
  return rows.map((row) => {
    const verdict = verdicts.get(row.recordId);
    if (!verdict && filter.ownerBefore && row.occurredAt < filter.ownerBefore)
      return { ...row, verdict: "owner", verdictReason: "before the attacker's first activity" };
    return { ...row, verdict: verdict?.verdict ?? null, verdictReason: verdict?.reason ?? null };
  });
}

/** Judged records of an incident in order of time, at most `limit`: of these verdicts, and not before `from`. */
export async function listIncidentEvents(
  tx: ScopedTx,
  incident: { id: string; tenantId: string },
  wanted: { verdicts?: RowVerdict[]; from?: string; limit: number },
): Promise<EventRecord[]> {
  const judged = tx
    .select({ id: incidentRows.recordId })
    .from(incidentRows)
    .where(
      and(
        verdictsOf(tx, { tenantId: incident.tenantId, incidentId: incident.id }),
        wanted.verdicts ? inArray(incidentRows.verdict, wanted.verdicts) : undefined,
      ),
    );
  const rows = await tx
    .select()
    .from(events)
    .where(
      and(
        own(tx, events.orgId, events.tenantId),
        eq(events.tenantId, incident.tenantId),
        wanted.from ? gte(events.occurredAt, wanted.from) : undefined,
        isBestVersion(),
        inArray(events.recordId, judged),
      ),
    )
    .orderBy(asc(events.occurredAt), asc(events.recordId))
    .limit(wanted.limit);
  return withVerdicts(tx, { tenantId: incident.tenantId, incidentId: incident.id }, rows);
}

/** The records of a tenant with these ids, newest first; those of any incident's verdicts. */
export async function listCited(tx: ScopedTx, tenantId: string, recordIds: string[]): Promise<EventRecord[]> {
  if (recordIds.length === 0) return [];
  return (await listEvents(tx, { tenantId, records: recordIds, limit: recordIds.length })).rows;
}

/** Internet message ids tagged as phish in the tenant. */
export async function taggedPhish(tx: ScopedTx, tenantId: string): Promise<Set<string>> {
  const rows = await tx
    .select({ id: phishMessages.internetMessageId })
    .from(phishMessages)
    .innerJoin(incidents, and(eq(incidents.id, phishMessages.incidentId), eq(incidents.orgId, phishMessages.orgId)))
    .where(
      and(
        own(tx, phishMessages.orgId, phishMessages.tenantId),
        eq(phishMessages.tenantId, tenantId),
        isNull(phishMessages.untaggedAt),
      ),
    );
  return new Set(rows.map((row) => row.id));
}
