import { isIP } from "node:net";
import { and, desc, eq, gte, inArray, ne, or, sql } from "drizzle-orm";
import type { IncidentDraft } from "#domain/incident/analysis.ts";
import { artifacts, commands, incidents } from "../schema/incident.ts";
import { organizations } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import type { CommandRow } from "./commands.ts";
import { own } from "./own.ts";

/** An incident with what campaigns are told by; no more of its draft than that is read. */
export type CampaignRow = {
  id: string;
  orgId: string;
  tenantId: string;
  detectedAt: string;
  occurredAt: string;
  lastAttackerAt: string;
  attacker: IncidentDraft["attacker"];
  phish: IncidentDraft["phish"];
};

/** Incidents of the viewer that can be part of a campaign now: open ones, and those detected since; none that was dismissed. */
export async function listCampaignIncidents(tx: ScopedTx, since: string): Promise<CampaignRow[]> {
  const rows = await tx
    .select({
      id: incidents.id,
      orgId: incidents.orgId,
      tenantId: incidents.tenantId,
      detectedAt: incidents.detectedAt,
      occurredAt: incidents.occurredAt,
      lastAttackerAt: incidents.lastAttackerAt,
      attacker: sql<IncidentDraft["attacker"]>`${incidents.draft} -> 'attacker'`,
      phish: sql<IncidentDraft["phish"]>`${incidents.draft} -> 'phish'`,
    })
    .from(incidents)
    .where(
      and(
        own(tx, incidents.orgId, incidents.tenantId),
        ne(incidents.status, "dismissed"),
        ne(incidents.kind, "leftover-persistence"),
        // A drill is no attacker's campaign.
        sql`not exists (select 1 from tenants t where t.id = ${incidents.tenantId} and t.is_drill)`,
        or(eq(incidents.status, "open"), gte(incidents.detectedAt, since)),
      ),
    )
    .orderBy(desc(incidents.detectedAt))
    .limit(2_000);
  return rows;
}

/** Application ids of apps the attacker brought, by incident. */
export async function listAttackerApps(tx: ScopedTx, incidentIds: string[]): Promise<Map<string, string[]>> {
  if (incidentIds.length === 0) return new Map();
  const rows = await tx
    .select({ incidentId: artifacts.incidentId, appId: sql<string | null>`${artifacts.detail} ->> 'appId'` })
    .from(artifacts)
    .where(
      and(
        own(tx, artifacts.orgId, artifacts.tenantId),
        inArray(artifacts.incidentId, incidentIds),
        eq(artifacts.byAttacker, true),
        inArray(artifacts.kind, ["oauth-grant", "service-principal", "app-registration"]),
      ),
    );
  const found = new Map<string, string[]>();
  for (const { incidentId, appId } of rows) if (appId) found.set(incidentId, [...(found.get(incidentId) ?? []), appId]);
  return found;
}

/**
 * Which of these addresses honest work comes from too, or are Microsoft's, a carrier's or private: they tie nobody to
 * anybody. Asked only about addresses that would tie incidents together.
 */
export async function sharedAddresses(
  tx: ScopedTx,
  about: { addresses: string[]; tenantIds: string[]; since: string },
): Promise<Set<string>> {
  const { addresses, tenantIds, since } = about;
  if (addresses.every((ip) => isIP(ip) === 0) || tenantIds.length === 0) return new Set();
  const asked = addresses.filter((ip) => isIP(ip) !== 0).map((ip) => sql`${ip}::inet`);
  // The owners' rows are read once into a table in memory: as a join the database looks all of them through for each event.
  const rows = await tx.execute<{ ip: string }>(sql`
    select distinct host(e.ip) as ip from events e
    where e.tenant_id in ${tenantIds} and e.occurred_at >= ${since}::timestamptz and e.ip in (${sql.join(asked, sql`, `)})
      and (e.network_kind in ('microsoft', 'private', 'mobile')
        or (e.tenant_id, e.record_id) in (
          select r.tenant_id, r.record_id from incident_rows r
          where r.tenant_id in ${tenantIds} and r.verdict = 'owner'))`);
  return new Set([...rows].map((row) => row.ip));
}

export const listOrganizations = (tx: ScopedTx, ids: string[]): Promise<{ id: string; name: string }[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx
        .select({ id: organizations.id, name: organizations.name })
        .from(organizations)
        .where(and(own(tx, organizations.id), inArray(organizations.id, ids)));

/** Orders given over many incidents at once that concern these, newest first. */
export const listManyOrders = (tx: ScopedTx, incidentIds: string[]): Promise<CommandRow[]> =>
  incidentIds.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(commands)
        .where(
          and(
            own(tx, commands.orgId, commands.tenantId),
            inArray(commands.incidentId, incidentIds),
            sql`${commands.manyId} is not null`,
          ),
        )
        .orderBy(desc(commands.issuedAt))
        .limit(4_000);
