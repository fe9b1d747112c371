import { and, asc, eq, inArray, isNotNull, max } from "drizzle-orm";
import { accounts, members, organizations, tenants } from "../schema/organization.ts";
import { policies } from "../schema/policy.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export async function findOrg(tx: ScopedTx, orgId: string): Promise<{ id: string; name: string } | undefined> {
  const [row] = await tx
    .select({ id: organizations.id, name: organizations.name })
    .from(organizations)
    .where(and(own(tx, organizations.id), eq(organizations.id, orgId)));
  return row;
}

/** The organization's tenants the viewer may see, by name. */
export const listTenantNames = (tx: ScopedTx, orgId: string): Promise<{ id: string; name: string }[]> =>
  tx
    .select({ id: tenants.id, name: tenants.name })
    .from(tenants)
    .where(and(own(tx, tenants.orgId, tenants.id), eq(tenants.orgId, orgId)))
    .orderBy(asc(tenants.name))
    .limit(2_000);

/** The tenants that have a policy of their own, with its newest version. */
export async function listOverridden(tx: ScopedTx, orgId: string): Promise<{ tenantId: string; version: number }[]> {
  const rows = await tx
    .select({ tenantId: policies.tenantId, version: max(policies.version) })
    .from(policies)
    .where(and(own(tx, policies.orgId), eq(policies.orgId, orgId), isNotNull(policies.tenantId)))
    .groupBy(policies.tenantId);
  return rows.flatMap(({ tenantId, version }) => (tenantId && version ? [{ tenantId, version }] : []));
}

/** The tenant's account of this object id or name, any case; undefined when Petra does not know it. */
export async function findAccountNamed(
  tx: ScopedTx,
  tenantId: string,
  name: string,
): Promise<{ objectId: string; upn: string } | undefined> {
  const rows = await tx
    .select({ objectId: accounts.objectId, upn: accounts.upn })
    .from(accounts)
    .where(
      and(own(tx, accounts.orgId, accounts.tenantId), eq(accounts.tenantId, tenantId), isNotNull(accounts.objectId)),
    );
  const wanted = name.trim().toLowerCase();
  const found = rows.find((row) => row.objectId === wanted || row.upn.toLowerCase() === wanted);
  return found?.objectId ? { objectId: found.objectId, upn: found.upn } : undefined;
}

/** Addresses of the organization's active Admins, who hear of everything that loosens protection (S14). */
export async function listAdminAddresses(tx: ScopedTx, orgId: string): Promise<string[]> {
  const rows = await tx
    .select({ email: members.email })
    .from(members)
    .where(
      and(
        own(tx, members.orgId),
        eq(members.orgId, orgId),
        inArray(members.role, ["admin"]),
        eq(members.isActive, true),
      ),
    );
  return rows.map((row) => row.email);
}
