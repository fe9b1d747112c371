import { and, eq } from "drizzle-orm";
import { tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";
import type { TenantRecord } from "./tenant.ts";

/** The tenant's row, held until the transaction ends; undefined when the viewer may not see it. */
export async function holdTenant(tx: ScopedTx, tenantId: string): Promise<TenantRecord | undefined> {
  const [row] = await tx
    .select()
    .from(tenants)
    .where(and(own(tx, tenants.orgId, tenants.id), eq(tenants.id, tenantId)))
    .for("update");
  return row;
}

/** Replaces a tenant's list of emergency accounts, with the word of whoever looked at it; hold the tenant first. */
export async function saveEmergencyAccounts(
  tx: ScopedTx,
  tenantId: string,
  values: Pick<TenantRecord, "emergencyAccounts" | "emergencyConfirmed">,
): Promise<void> {
  await tx
    .update(tenants)
    .set(values)
    .where(and(own(tx, tenants.orgId, tenants.id), eq(tenants.id, tenantId)));
}
