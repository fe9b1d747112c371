import { and, asc, count, eq, gte, inArray, ne, sql } from "drizzle-orm";
import type { TenantRow } from "#domain/view/portal.ts";
import { incidents } from "../schema/incident.ts";
import { coverage, scans, watermarks } from "../schema/ingest.ts";
import { accounts, tenants } from "../schema/organization.ts";
import { notificationMethods } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";
import { SECOND_BOOK } from "./second-book.ts";

const DAY_MS = 86_400_000;
const agoIso = (now: string, days: number): string => new Date(Date.parse(now) - days * DAY_MS).toISOString();
const byTenant = <T extends { tenantId: string }>(rows: T[]): Map<string, T[]> =>
  Map.groupBy(rows, (row) => row.tenantId);

/** Tenants of the viewer as the portal lists them, by name; removed ones are left out. `only` narrows to one. */
export async function listTenantRows(tx: ScopedTx, now: string, only?: string): Promise<TenantRow[]> {
  const visible = and(
    own(tx, tenants.orgId, tenants.id),
    ne(tenants.phase, "removed"),
    // A drill counts nowhere: who wants to see one asks for it by its id.
    only ? eq(tenants.id, only) : eq(tenants.isDrill, false),
  );
  const rows = await tx.select().from(tenants).where(visible).orderBy(asc(tenants.name), asc(tenants.id));
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const users = byTenant(
    await tx
      .select({ tenantId: accounts.tenantId, n: count() })
      .from(accounts)
      .where(and(own(tx, accounts.orgId, accounts.tenantId), inArray(accounts.tenantId, ids)))
      .groupBy(accounts.tenantId),
  );
  const counts = byTenant(await countIncidents(tx, ids, now));
  const marks = byTenant(
    await tx
      .select()
      .from(watermarks)
      .where(
        and(
          own(tx, watermarks.orgId, watermarks.tenantId),
          inArray(watermarks.tenantId, ids),
          ne(watermarks.source, SECOND_BOOK),
        ),
      )
      .orderBy(asc(watermarks.source)),
  );
  const progress = await scanProgress(tx, ids);
  const methods = await notified(tx);
  return rows.map((row) => ({
    id: row.id,
    shortId: row.shortId,
    microsoftTenantId: row.microsoftTenantId,
    name: row.name,
    phase: row.phase,
    product: row.product,
    isScanOnly: row.isScanOnly,
    responseEnabled: row.responseEnabled,
    isSensitive: row.isSensitive,
    isDrill: row.isDrill,
    scanProgress: row.phase === "scanning" ? (progress.get(row.id) ?? 0) : null,
    trialEndsAt: row.trialEndsAt,
    baselineEndsAt: row.baselineEndsAt,
    pausedAt: row.pausedAt,
    pausedReason: row.pausedReason,
    accessLostReason: row.accessLostReason,
    users: users.get(row.id)?.[0]?.n ?? 0,
    incidents30d: counts.get(row.id)?.[0]?.last30d ?? 0,
    openIncidents: counts.get(row.id)?.[0]?.open ?? 0,
    lastEventAt: row.lastEventAt,
    coverage: (marks.get(row.id) ?? []).map((mark) => ({
      source: mark.source,
      state: mark.lastPolledAt ? mark.state : "waiting",
      delaySeconds: mark.lastPolledAt
        ? Math.max(0, Math.round((Date.parse(now) - Date.parse(mark.lastPolledAt)) / 1000))
        : null,
      reason: mark.reason,
    })),
    capabilities: row.capabilities,
    hasNotificationMethod: methods(row.id),
  }));
}

/** Incidents of the last 30 days, remediated ones included (R69), and those still open, per tenant. */
const countIncidents = (tx: ScopedTx, ids: string[], now: string) =>
  tx
    .select({
      tenantId: incidents.tenantId,
      last30d: sql<number>`(count(*) filter (where ${gte(incidents.detectedAt, agoIso(now, 30))} and ${ne(incidents.status, "dismissed")}))::int`,
      open: sql<number>`(count(*) filter (where ${eq(incidents.status, "open")}))::int`,
    })
    .from(incidents)
    .where(and(own(tx, incidents.orgId, incidents.tenantId), inArray(incidents.tenantId, ids)))
    .groupBy(incidents.tenantId);

/** Share of the windows of the newest scan that are settled, 0..1. */
async function scanProgress(tx: ScopedTx, ids: string[]): Promise<Map<string, number>> {
  const newest = tx
    .selectDistinctOn([scans.tenantId], { id: scans.id })
    .from(scans)
    .where(and(own(tx, scans.orgId, scans.tenantId), inArray(scans.tenantId, ids)))
    .orderBy(scans.tenantId, sql`${scans.startedAt} desc nulls first`);
  const rows = await tx
    .select({
      tenantId: coverage.tenantId,
      share: sql<number>`(count(*) filter (where ${coverage.state} not in ('waiting', 'running')))::float / count(*)`,
    })
    .from(coverage)
    .where(and(own(tx, coverage.orgId, coverage.tenantId), inArray(coverage.scanId, newest)))
    .groupBy(coverage.tenantId);
  return new Map(rows.map((row) => [row.tenantId, row.share]));
}

/** A guest is not told how his MSP is notified, so nothing is said to be missing there. */
async function notified(tx: ScopedTx): Promise<(tenantId: string) => boolean> {
  if (tx.scope.kind === "guest") return () => true;
  const rows = await tx
    .select({ orgId: notificationMethods.orgId, tenantId: notificationMethods.tenantId })
    .from(notificationMethods)
    .where(and(own(tx, notificationMethods.orgId), eq(notificationMethods.isEnabled, true)));
  const orgWide = rows.some((row) => row.tenantId === null);
  const some = new Set(rows.map((row) => row.tenantId));
  return (tenantId) => orgWide || some.has(tenantId);
}
