import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { ScopedTx } from "../tenancy.ts";

/**
 * The second fence (S1): what the scope of this transaction may see, as a condition of the query itself, whatever
 * row-level security adds to it. Give the table's organization column and, where it has one, its tenant column.
 */
export function own(tx: ScopedTx, orgId: AnyPgColumn, tenantId?: AnyPgColumn): SQL {
  const { scope } = tx;
  if (scope.kind === "operator") return sql`true`;
  const inOrg = eq(orgId, scope.orgId);
  if (!tenantId) return inOrg;
  if (scope.kind === "worker") return and(inOrg, eq(tenantId, scope.tenantId))!;
  if (scope.tenantIds === "all") return inOrg;
  return scope.tenantIds.length === 0 ? sql`false` : and(inOrg, inArray(tenantId, scope.tenantIds))!;
}
