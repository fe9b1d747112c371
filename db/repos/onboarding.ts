import { and, eq, isNull, sql } from "drizzle-orm";
import type { Db } from "../client.ts";
import { consentLinks, organizations, tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type NewTenant = {
  orgId: string;
  shortId: string;
  name: string;
  responseEnabled: boolean;
  isScanOnly: boolean;
  onboardedBy: "individual" | "gdap";
  microsoftTenantId: string | null;
  isDrill?: boolean;
  now: string;
};

/** Makes a tenant that waits for consent. Throws (unique key) when the organization has this Microsoft tenant already. */
export async function insertTenant(tx: ScopedTx, values: NewTenant): Promise<string> {
  const { now, ...columns } = values;
  const [row] = await tx
    .insert(tenants)
    .values({ ...columns, product: values.isScanOnly ? "scan-only" : "monitoring", phase: "consent", createdAt: now })
    .returning({ id: tenants.id });
  if (!row) throw new Error("The tenant was not stored.");
  return row.id;
}

export async function insertConsentLink(
  tx: ScopedTx,
  link: { orgId: string; tenantId: string; stateHash: string; now: string; expiresAt: string },
): Promise<void> {
  const { now, ...columns } = link;
  await tx.insert(consentLinks).values({ ...columns, createdAt: now });
}

/** Whose consent this state stands for; asked without a scope because the person at Microsoft has no session here. */
export async function findConsentTenant(
  db: Db,
  stateHash: string,
): Promise<{ consentId: string; orgId: string; tenantId: string } | undefined> {
  type Row = { consent_id: string; org_id: string; tenant_id: string };
  const [row] = [...(await db.orm.execute<Row>(sql`select * from petra.consent_by_state(${stateHash})`))];
  return row && { consentId: row.consent_id, orgId: row.org_id, tenantId: row.tenant_id };
}

/**
 * Uses a consent link up and binds the Microsoft tenant to the row, once. `used`: the link was used before; `expired`;
 * `other-tenant`: the row is bound to another Microsoft tenant; `taken`: another row of the organization has it.
 */
export async function bindConsent(
  tx: ScopedTx,
  consent: { consentId: string; tenantId: string; microsoftTenantId: string; now: string },
): Promise<"bound" | "used" | "expired" | "other-tenant" | "taken"> {
  const { consentId, tenantId, microsoftTenantId, now } = consent;
  const [link] = await tx
    .select()
    .from(consentLinks)
    .where(and(eq(consentLinks.id, consentId), own(tx, consentLinks.orgId, consentLinks.tenantId)))
    .for("update");
  if (!link || link.usedAt) return "used";
  if (link.expiresAt <= now) return "expired";
  const [row] = await tx
    .select({ bound: tenants.microsoftTenantId })
    .from(tenants)
    .where(and(eq(tenants.id, tenantId), own(tx, tenants.orgId, tenants.id)));
  if (row?.bound && row.bound !== microsoftTenantId) return "other-tenant";
  await tx
    .update(consentLinks)
    .set({ usedAt: now })
    .where(and(eq(consentLinks.id, consentId), isNull(consentLinks.usedAt)));
  try {
    await tx.transaction((inner) => inner.update(tenants).set({ microsoftTenantId }).where(eq(tenants.id, tenantId)));
  } catch {
    return "taken";
  }
  return "bound";
}

/** The organization of the scope. */
export async function findOrganization(tx: ScopedTx) {
  if (tx.scope.kind === "operator") return undefined;
  const [row] = await tx.select().from(organizations).where(eq(organizations.id, tx.scope.orgId));
  return row;
}

/** Every tenant row of the organization by its Microsoft tenant, removed ones too. */
export const listByMicrosoftTenant = (tx: ScopedTx) =>
  tx
    .select({
      id: tenants.id,
      microsoftTenantId: tenants.microsoftTenantId,
      phase: tenants.phase,
      onboardedBy: tenants.onboardedBy,
      capabilities: tenants.capabilities,
    })
    .from(tenants)
    .where(own(tx, tenants.orgId, tenants.id));

/** A tenant of the scope with what an order about it needs. */
export async function findTenant(tx: ScopedTx, tenantId: string) {
  const [row] = await tx
    .select()
    .from(tenants)
    .where(and(eq(tenants.id, tenantId), own(tx, tenants.orgId, tenants.id)));
  return row;
}
