import { and, asc, desc, eq, gte, sql } from "drizzle-orm";
import { coverage, failedAttacks, scans } from "../schema/ingest.ts";
import { tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

/** The newest scan of a tenant with its coverage and the accounts attacks were aimed at; undefined when none is seen. */
export async function loadScanPage(tx: ScopedTx, tenantId: string) {
  const [head] = await tx
    .select({ scan: scans, tenant: { id: tenants.id, name: tenants.name } })
    .from(scans)
    .innerJoin(tenants, and(eq(tenants.id, scans.tenantId), eq(tenants.orgId, scans.orgId)))
    .where(and(eq(scans.tenantId, tenantId), own(tx, scans.orgId, scans.tenantId)))
    .orderBy(sql`${scans.startedAt} desc nulls first`)
    .limit(1);
  if (!head) return undefined;
  return {
    ...head,
    cells: await tx
      .select()
      .from(coverage)
      .where(and(own(tx, coverage.orgId, coverage.tenantId), eq(coverage.scanId, head.scan.id)))
      .orderBy(asc(coverage.source), asc(coverage.windowStart)),
    attacks: await tx
      .select()
      .from(failedAttacks)
      .where(
        and(
          own(tx, failedAttacks.orgId, failedAttacks.tenantId),
          eq(failedAttacks.tenantId, tenantId),
          gte(failedAttacks.toAt, head.scan.fromAt),
        ),
      )
      .orderBy(desc(failedAttacks.attempts))
      .limit(200),
  };
}
export type ScanPage = NonNullable<Awaited<ReturnType<typeof loadScanPage>>>;
