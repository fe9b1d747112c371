import { and, desc, eq, gte, inArray, sql } from "drizzle-orm";
import { incidents } from "../schema/incident.ts";
import { failedAttacks } from "../schema/ingest.ts";
import { accounts } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

/** More than a tenant sees in half a year of being sprayed; beyond it the page says that it counts a part. */
export const ATTACKS_MAX = 5_000;

/** Failed attacks of a tenant that went on after `since`, newest first; at most ATTACKS_MAX. */
export async function listFailedAttacks(tx: ScopedTx, tenantId: string, since: string) {
  return tx
    .select({
      id: failedAttacks.id,
      kind: failedAttacks.kind,
      fromAt: failedAttacks.fromAt,
      toAt: failedAttacks.toAt,
      attempts: failedAttacks.attempts,
      accounts: failedAttacks.accounts,
      countries: failedAttacks.countries,
      sourceIps: failedAttacks.sourceIps,
      origins: failedAttacks.origins,
      targets: failedAttacks.targets,
      days: failedAttacks.days,
      tools: failedAttacks.tools,
    })
    .from(failedAttacks)
    .where(
      and(
        own(tx, failedAttacks.orgId, failedAttacks.tenantId),
        eq(failedAttacks.tenantId, tenantId),
        gte(failedAttacks.toAt, since),
      ),
    )
    .orderBy(desc(failedAttacks.toAt), desc(failedAttacks.attempts))
    .limit(ATTACKS_MAX + 1);
}
export type FailedAttackListed = Awaited<ReturnType<typeof listFailedAttacks>>[number];

/** Names of these accounts, and the open incident of each where there is one. */
export async function describeAccounts(tx: ScopedTx, tenantId: string, upns: string[]) {
  if (upns.length === 0) return [];
  return tx
    .select({
      upn: sql<string>`lower(${accounts.upn})`,
      displayName: accounts.displayName,
      isLicensed: sql<boolean>`jsonb_array_length(${accounts.licenseSkuIds}) > 0`,
      accountEnabled: accounts.accountEnabled,
      incidentId: incidents.id,
    })
    .from(accounts)
    .leftJoin(
      incidents,
      and(eq(incidents.accountId, accounts.id), eq(incidents.status, "open"), eq(incidents.orgId, accounts.orgId)),
    )
    .where(
      and(
        own(tx, accounts.orgId, accounts.tenantId),
        eq(accounts.tenantId, tenantId),
        inArray(sql`lower(${accounts.upn})`, upns),
      ),
    );
}
