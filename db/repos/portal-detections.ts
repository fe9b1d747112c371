import { and, count, eq, gte, sql } from "drizzle-orm";
import { detectionSignals, incidents } from "../schema/incident.ts";
import { notables } from "../schema/ingest.ts";
import { tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type Firing = {
  detection: string;
  signals: number;
  incidents: number;
  dismissed: number;
  remediated: number;
  lastAt: string | null;
};

/** How often each detection spoke in incidents since a time, within what the viewer may see. */
export async function countFirings(tx: ScopedTx, since: string, tenantId?: string): Promise<Firing[]> {
  const distinct = (status: string) =>
    sql<number>`(count(distinct ${detectionSignals.incidentId}) filter (where ${incidents.status} = ${status}))::int`;
  return tx
    .select({
      detection: detectionSignals.detection,
      signals: count(),
      incidents: sql<number>`count(distinct ${detectionSignals.incidentId})::int`,
      dismissed: distinct("dismissed"),
      remediated: distinct("remediated"),
      lastAt: sql`max(${detectionSignals.at})`.mapWith(detectionSignals.at),
    })
    .from(detectionSignals)
    .innerJoin(
      incidents,
      and(eq(incidents.id, detectionSignals.incidentId), eq(incidents.orgId, detectionSignals.orgId)),
    )
    .where(
      and(
        own(tx, detectionSignals.orgId, detectionSignals.tenantId),
        own(tx, incidents.orgId, incidents.tenantId),
        gte(detectionSignals.at, since),
        tenantId ? eq(detectionSignals.tenantId, tenantId) : undefined,
      ),
    )
    .groupBy(detectionSignals.detection);
}

/** How often each kind of notable behaviour was seen since a time and judged innocent. */
export async function countNotables(
  tx: ScopedTx,
  since: string,
  tenantId?: string,
): Promise<{ kind: string; n: number; lastAt: string | null }[]> {
  return tx
    .select({ kind: notables.kind, n: count(), lastAt: sql`max(${notables.lastAt})`.mapWith(notables.lastAt) })
    .from(notables)
    .where(
      and(
        own(tx, notables.orgId, notables.tenantId),
        gte(notables.lastAt, since),
        tenantId ? eq(notables.tenantId, tenantId) : undefined,
      ),
    )
    .groupBy(notables.kind);
}

/** How many tenants the viewer's counts span. */
export async function countTenants(tx: ScopedTx): Promise<number> {
  const [row] = await tx
    .select({ n: count() })
    .from(tenants)
    .where(own(tx, tenants.orgId, tenants.id));
  return row?.n ?? 0;
}
