import { and, desc, eq, isNull, or } from "drizzle-orm";
import type { TenantState } from "#domain/tenant/lifecycle.ts";
import type { Capability } from "#domain/tenant/phases.ts";
import { drills } from "../schema/drill.ts";
import { incidents } from "../schema/incident.ts";
import { scans } from "../schema/ingest.ts";
import { tenants } from "../schema/organization.ts";
import { notificationMethods } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";
import { iso } from "./incident.ts";

export type TenantRecord = typeof tenants.$inferSelect;

/** The tenant's row, held until the transaction ends; undefined when it is not in the scope. */
export async function lockTenant(tx: ScopedTx, tenantId: string): Promise<TenantRecord | undefined> {
  const [row] = await tx.select().from(tenants).where(eq(tenants.id, tenantId)).for("update");
  return row;
}

export async function findTenant(tx: ScopedTx, tenantId: string): Promise<TenantRecord | undefined> {
  const [row] = await tx.select().from(tenants).where(eq(tenants.id, tenantId));
  return row;
}

/** The tenant as its pure machine sees it. The newest scan says whether the baseline is filled. */
export async function tenantState(tx: ScopedTx, row: TenantRecord): Promise<TenantState> {
  const [scan] = await tx
    .select({ summary: scans.summary })
    .from(scans)
    .where(and(eq(scans.tenantId, row.id), eq(scans.state, "complete")))
    .orderBy(desc(scans.completedAt))
    .limit(1);
  return {
    phase: row.phase,
    product: row.product,
    isScanOnly: row.isScanOnly,
    responseEnabled: row.responseEnabled,
    onboardedAt: iso(row.onboardedAt),
    scanCompletedAt: iso(row.scanCompletedAt),
    baselineFilled: scan?.summary.baselineFilled === true,
    baselineEndsAt: iso(row.baselineEndsAt),
    trialEndsAt: iso(row.trialEndsAt),
    pausedAt: iso(row.pausedAt),
  };
}

/** Writes what the machine decided. */
export async function saveTenantState(
  tx: ScopedTx,
  tenantId: string,
  state: TenantState,
  more: { pausedReason?: string | null; removedAt?: string } = {},
): Promise<void> {
  const { phase, responseEnabled, onboardedAt, scanCompletedAt, baselineEndsAt, trialEndsAt, pausedAt } = state;
  await tx
    .update(tenants)
    .set({ phase, responseEnabled, onboardedAt, scanCompletedAt, baselineEndsAt, trialEndsAt, pausedAt, ...more })
    .where(eq(tenants.id, tenantId));
}

/** What was learned of a tenant while onboarding or polling. */
export async function noteTenant(
  tx: ScopedTx,
  tenantId: string,
  values: Partial<
    Pick<TenantRecord, "domains" | "accessLostAt" | "accessLostReason" | "lastEventAt" | "blockGroupId"> & {
      capabilities: Capability[];
    }
  >,
): Promise<void> {
  await tx.update(tenants).set(values).where(eq(tenants.id, tenantId));
}

/** Response switched off: what is open is not taken up again by switching it on (D6). */
export async function setResponseActs(tx: ScopedTx, tenantId: string, acts: boolean): Promise<void> {
  await tx
    .update(incidents)
    .set({ responseActs: acts })
    .where(and(eq(incidents.tenantId, tenantId), eq(incidents.status, "open")));
}

/** Addresses that must know about this tenant; of a drill, the person who trains and nobody else. */
export async function listNotificationAddresses(tx: ScopedTx, tenantId: string): Promise<string[]> {
  const [drill] = await tx
    .select({ address: drills.traineeEmail })
    .from(tenants)
    .leftJoin(drills, eq(drills.tenantId, tenants.id))
    .where(and(eq(tenants.id, tenantId), eq(tenants.isDrill, true)));
  if (drill) return drill.address ? [drill.address] : [];
  const rows = await tx
    .select({ address: notificationMethods.address })
    .from(notificationMethods)
    .where(
      and(
        eq(notificationMethods.isEnabled, true),
        or(isNull(notificationMethods.tenantId), eq(notificationMethods.tenantId, tenantId)),
      ),
    );
  return [...new Set(rows.map((r) => r.address))];
}
