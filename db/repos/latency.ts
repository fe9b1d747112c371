import { and, desc, eq, gte, ne, type SQL, sql } from "drizzle-orm";
import type { Actor } from "#domain/access/actor.ts";
import type { LatencyClock } from "#domain/evidence/latency.ts";
import { actions, incidents } from "../schema/incident.ts";
import { tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

/** The newest incidents that count; more than a year of an organization, and a bound for the page. */
const INCIDENTS_MAX = 10_000;

export type IncidentLatency = { incidentId: string; tenant: { id: string; name: string }; clock: LatencyClock };

const isoOf = (value: string | null): string | null => value && new Date(value).toISOString();

async function load(tx: ScopedTx, where: SQL | undefined): Promise<IncidentLatency[]> {
  const first = tx
    .selectDistinctOn([actions.incidentId], {
      incidentId: actions.incidentId,
      sentAt: actions.sentAt,
      actor: actions.actor,
    })
    .from(actions)
    .where(
      and(
        own(tx, actions.orgId, actions.tenantId),
        eq(actions.stepId, "revoke-and-lock"),
        sql`${actions.sentAt} is not null`,
      ),
    )
    .orderBy(actions.incidentId, actions.sentAt)
    .as("first");
  const rows = await tx
    .select({
      incidentId: incidents.id,
      tenantId: tenants.id,
      tenantName: tenants.name,
      eventAt: incidents.detectableAt,
      availableAt: incidents.availableAt,
      ingestedAt: incidents.ingestedAt,
      detectedAt: incidents.detectedAt,
      acceptedAt: incidents.lockAcceptedAt,
      verifiedAt: incidents.containedAt,
      askedAt: first.sentAt,
      actor: first.actor,
    })
    .from(incidents)
    .innerJoin(tenants, and(eq(tenants.id, incidents.tenantId), eq(tenants.orgId, incidents.orgId)))
    .leftJoin(first, eq(first.incidentId, incidents.id))
    .where(and(own(tx, incidents.orgId, incidents.tenantId), where))
    .orderBy(desc(incidents.detectedAt))
    .limit(INCIDENTS_MAX);
  return rows.map((row) => ({
    incidentId: row.incidentId,
    tenant: { id: row.tenantId, name: row.tenantName },
    clock: {
      eventAt: new Date(row.eventAt).toISOString(),
      availableAt: isoOf(row.availableAt),
      ingestedAt: isoOf(row.ingestedAt),
      detectedAt: new Date(row.detectedAt).toISOString(),
      askedAt: isoOf(row.askedAt),
      acceptedAt: isoOf(row.acceptedAt),
      verifiedAt: isoOf(row.verifiedAt),
      isByPerson: isPerson(row.actor),
    },
  }));
}

const isPerson = (actor: Actor | null): boolean => actor?.kind === "member" || actor?.kind === "analyst";

/** The moments of one incident; undefined when the viewer may not see it. */
export async function findLatency(tx: ScopedTx, incidentId: string): Promise<IncidentLatency | undefined> {
  const [row] = await load(tx, eq(incidents.id, incidentId));
  return row;
}

/**
 * The moments of incidents detected since a time, newest first. Dismissed ones were no attacks, and leftovers are found in
 * inventories, not in events: neither says how fast anything was.
 */
export async function listLatencies(
  tx: ScopedTx,
  filter: { since: string; tenantId?: string },
): Promise<IncidentLatency[]> {
  return load(
    tx,
    and(
      gte(incidents.detectedAt, filter.since),
      ne(incidents.status, "dismissed"),
      ne(incidents.kind, "leftover-persistence"),
      // What happened in drills is no figure of the organization.
      filter.tenantId ? eq(incidents.tenantId, filter.tenantId) : eq(tenants.isDrill, false),
    ),
  );
}
