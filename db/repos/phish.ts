import { and, asc, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { MatchState } from "#domain/phish/phish.ts";
import { incidents } from "../schema/incident.ts";
import { accounts, tenants } from "../schema/organization.ts";
import { phishes, phishMatches } from "../schema/phish.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type ReportedPhish = typeof phishes.$inferSelect;
export type MatchRow = typeof phishMatches.$inferSelect;

/** The phish of this id in the viewer's scope. */
export async function findPhish(tx: ScopedTx, id: string): Promise<ReportedPhish | undefined> {
  const [row] = await tx
    .select()
    .from(phishes)
    .where(and(eq(phishes.id, id), own(tx, phishes.orgId, phishes.tenantId)));
  return row;
}

/** The same for a worker, who works in one tenant on a phish of another (row-level security keeps to the organization). */
export async function loadPhish(tx: ScopedTx, id: string): Promise<ReportedPhish | undefined> {
  const [row] = await tx.select().from(phishes).where(eq(phishes.id, id));
  return row;
}

/** Keeps a phish, or answers the one that stands for the same mail already. */
export async function keepPhish(tx: ScopedTx, row: typeof phishes.$inferInsert): Promise<ReportedPhish | undefined> {
  await tx.insert(phishes).values(row).onConflictDoNothing();
  const [kept] = await tx
    .select()
    .from(phishes)
    .where(
      and(
        own(tx, phishes.orgId, phishes.tenantId),
        eq(phishes.orgId, row.orgId),
        eq(phishes.tenantId, row.tenantId),
        eq(phishes.internetMessageId, row.internetMessageId),
      ),
    );
  return kept;
}

export async function setPhish(tx: ScopedTx, id: string, values: Partial<typeof phishes.$inferInsert>): Promise<void> {
  await tx.update(phishes).set(values).where(eq(phishes.id, id));
}

/** Phish the viewer may see, newest first; with `mails` those of an incident's tenant and message ids only. */
export const listPhishes = (
  tx: ScopedTx,
  filter: { tenantId: string; mails: string[] } | undefined,
  limit = 200,
): Promise<ReportedPhish[]> =>
  filter && filter.mails.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(phishes)
        .where(
          and(
            own(tx, phishes.orgId, phishes.tenantId),
            ...(filter
              ? [eq(phishes.tenantId, filter.tenantId), inArray(phishes.internetMessageId, filter.mails)]
              : []),
          ),
        )
        .orderBy(desc(phishes.createdAt))
        .limit(limit);

/** Copies in the tenants the viewer may see. */
export const listMatches = (tx: ScopedTx, phishIds: string[]): Promise<MatchRow[]> =>
  phishIds.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(phishMatches)
        .where(and(own(tx, phishMatches.orgId, phishMatches.tenantId), inArray(phishMatches.phishId, phishIds)))
        .orderBy(asc(phishMatches.mailbox), asc(phishMatches.id))
        .limit(20_000);

/**
 * Tenants in which the viewer may look for a phish, by name; with what stands in the way. `reportedIn`: the tenant the phish
 * came from. A drill's phish is looked for in the drill alone, and a real one in no drill.
 */
export const listPhishTenants = (tx: ScopedTx, orgId: string, reportedIn?: string) =>
  tx
    .select({
      id: tenants.id,
      name: tenants.name,
      phase: tenants.phase,
      microsoftTenantId: tenants.microsoftTenantId,
      responseEnabled: tenants.responseEnabled,
    })
    .from(tenants)
    .where(
      and(
        own(tx, tenants.orgId, tenants.id),
        eq(tenants.orgId, orgId),
        reportedIn
          ? sql`case when exists (select 1 from tenants home where home.id = ${reportedIn}::uuid and home.is_drill)
              then ${tenants.id} = ${reportedIn}::uuid else not ${tenants.isDrill} end`
          : undefined,
      ),
    )
    .orderBy(asc(tenants.name));

/** One copy as found now; what was moved, brought back or failed keeps its state. */
export async function noteMatch(tx: ScopedTx, row: typeof phishMatches.$inferInsert): Promise<void> {
  const { state, folderId, matchedBy, why, updatedAt } = row;
  await tx
    .insert(phishMatches)
    .values(row)
    .onConflictDoUpdate({
      target: [
        phishMatches.orgId,
        phishMatches.tenantId,
        phishMatches.phishId,
        phishMatches.mailboxObjectId,
        phishMatches.messageId,
      ],
      set: { state, folderId, matchedBy, why, updatedAt },
      setWhere: inArray(phishMatches.state, ["found", "gone"]),
    });
}

export async function setMatch(
  tx: ScopedTx,
  id: string,
  values: { state?: MatchState; actionId?: string; messageId?: string; error: string | null; updatedAt: string },
): Promise<void> {
  await tx.update(phishMatches).set(values).where(eq(phishMatches.id, id));
}

/** The tenant of an incident the viewer may see. */
export async function findIncidentTenant(tx: ScopedTx, incidentId: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ tenantId: incidents.tenantId })
    .from(incidents)
    .where(and(eq(incidents.id, incidentId), own(tx, incidents.orgId, incidents.tenantId)));
  return row?.tenantId;
}

/** Phish nobody acted on as an incident, newest first. */
export const listLonePhishes = (tx: ScopedTx): Promise<ReportedPhish[]> =>
  tx
    .select()
    .from(phishes)
    .where(and(own(tx, phishes.orgId, phishes.tenantId), isNull(phishes.incidentId)))
    .orderBy(desc(phishes.createdAt))
    .limit(200);

/** The account of this name in a tenant, any case. */
export async function findMailbox(
  tx: ScopedTx,
  tenantId: string,
  name: string,
): Promise<{ objectId: string | null; upn: string } | undefined> {
  const [row] = await tx
    .select({ objectId: accounts.objectId, upn: accounts.upn })
    .from(accounts)
    .where(
      and(
        own(tx, accounts.orgId, accounts.tenantId),
        eq(accounts.tenantId, tenantId),
        eq(sql`lower(${accounts.upn})`, name.toLowerCase()),
      ),
    );
  return row;
}
