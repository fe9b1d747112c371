import { and, asc, count, desc, eq, gte } from "drizzle-orm";
import type { UncommonType } from "#domain/incident/uncommon.ts";
import { notables } from "../schema/ingest.ts";
import { accounts, tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type UncommonFilter = { tenantId: string; since: string; type?: UncommonType; page: number; limit: number };

const seen = (tx: ScopedTx, { tenantId, since }: Pick<UncommonFilter, "tenantId" | "since">) =>
  and(own(tx, notables.orgId, notables.tenantId), eq(notables.tenantId, tenantId), gte(notables.lastAt, since));

/** Entries of a tenant, newest first, and how many there are of each type. */
export async function listUncommon(tx: ScopedTx, filter: UncommonFilter) {
  const types = await tx
    .select({ type: notables.type, homeCountry: notables.homeCountry, n: count() })
    .from(notables)
    .where(seen(tx, filter))
    .groupBy(notables.type, notables.homeCountry);
  const rows = await tx
    .select({ entry: notables, displayName: accounts.displayName })
    .from(notables)
    .leftJoin(accounts, and(eq(accounts.id, notables.accountId), eq(accounts.orgId, notables.orgId)))
    .where(and(seen(tx, filter), filter.type ? eq(notables.type, filter.type) : undefined))
    .orderBy(desc(notables.lastAt), asc(notables.key))
    .limit(filter.limit + 1)
    .offset(filter.page * filter.limit);
  return { types, rows: rows.slice(0, filter.limit), hasMore: rows.length > filter.limit };
}

/** One entry with its tenant and account; undefined when the viewer may not see it. */
export async function findUncommon(tx: ScopedTx, id: string) {
  const [row] = await tx
    .select({ entry: notables, account: accounts, tenant: { id: tenants.id, name: tenants.name } })
    .from(notables)
    .innerJoin(tenants, and(eq(tenants.id, notables.tenantId), eq(tenants.orgId, notables.orgId)))
    .leftJoin(accounts, and(eq(accounts.id, notables.accountId), eq(accounts.orgId, notables.orgId)))
    .where(and(eq(notables.id, id), own(tx, notables.orgId, notables.tenantId)));
  return row;
}
