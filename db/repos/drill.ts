import { and, asc, desc, eq, isNull } from "drizzle-orm";
import { drills } from "../schema/drill.ts";
import { incidents } from "../schema/incident.ts";
import { tenants } from "../schema/organization.ts";
import { audit } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type DrillRow = typeof drills.$inferSelect;

export async function insertDrill(tx: ScopedTx, row: typeof drills.$inferInsert): Promise<void> {
  await tx.insert(drills).values(row);
}

/** Drills of the organization that were not thrown away, newest first. */
export async function listDrills(tx: ScopedTx) {
  return tx
    .select({ drill: drills, name: tenants.name, phase: tenants.phase, microsoftTenantId: tenants.microsoftTenantId })
    .from(drills)
    .innerJoin(tenants, and(eq(tenants.id, drills.tenantId), eq(tenants.orgId, drills.orgId)))
    .where(and(own(tx, drills.orgId, drills.tenantId), isNull(drills.discardedAt)))
    .orderBy(desc(drills.startedAt))
    .limit(100);
}

/** One drill, held until the transaction ends; undefined outside the scope, and for a tenant that is no drill. */
export async function lockDrill(tx: ScopedTx, tenantId: string) {
  const [row] = await tx
    .select({ drill: drills, name: tenants.name, phase: tenants.phase, microsoftTenantId: tenants.microsoftTenantId })
    .from(drills)
    .innerJoin(tenants, and(eq(tenants.id, drills.tenantId), eq(tenants.orgId, drills.orgId)))
    .where(and(own(tx, drills.orgId, drills.tenantId), eq(drills.tenantId, tenantId), isNull(drills.discardedAt)))
    .for("update", { of: drills });
  return row;
}

export async function setDrill(
  tx: ScopedTx,
  tenantId: string,
  values: Partial<Pick<DrillRow, "attackedAt" | "endedAt" | "discardedAt">>,
): Promise<void> {
  await tx
    .update(drills)
    .set(values)
    .where(and(own(tx, drills.orgId, drills.tenantId), eq(drills.tenantId, tenantId)));
}

/** The incidents of a drill's tenant, oldest first. */
export async function listDrillIncidents(tx: ScopedTx, tenantId: string) {
  return tx
    .select({
      id: incidents.id,
      number: incidents.number,
      headline: incidents.headline,
      status: incidents.status,
      detectedAt: incidents.detectedAt,
      publishedAt: incidents.publishedAt,
      containedAt: incidents.containedAt,
      remediatedAt: incidents.remediatedAt,
    })
    .from(incidents)
    .where(and(own(tx, incidents.orgId, incidents.tenantId), eq(incidents.tenantId, tenantId)))
    .orderBy(asc(incidents.detectedAt));
}

/** What was written down about the drill's tenant since the attack began, oldest first. */
export async function listDrillAudit(tx: ScopedTx, tenantId: string) {
  return tx
    .select()
    .from(audit)
    .where(and(own(tx, audit.orgId, audit.tenantId), eq(audit.tenantId, tenantId)))
    .orderBy(asc(audit.seq))
    .limit(2_000);
}
