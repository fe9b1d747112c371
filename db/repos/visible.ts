import { and, inArray } from "drizzle-orm";
import { incidents } from "../schema/incident.ts";
import { tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

/** Which of these tenants and incidents the viewer may see now. */
export async function visibleOf(
  tx: ScopedTx,
  ids: { tenantIds: string[]; incidentIds: string[] },
): Promise<{ tenants: Set<string>; incidents: Set<string> }> {
  const { tenantIds, incidentIds } = ids;
  const seenTenants =
    tenantIds.length === 0
      ? []
      : await tx
          .select({ id: tenants.id })
          .from(tenants)
          .where(and(own(tx, tenants.orgId, tenants.id), inArray(tenants.id, tenantIds)));
  const seenIncidents =
    incidentIds.length === 0
      ? []
      : await tx
          .select({ id: incidents.id })
          .from(incidents)
          .where(and(own(tx, incidents.orgId, incidents.tenantId), inArray(incidents.id, incidentIds)));
  return {
    tenants: new Set(seenTenants.map((row) => row.id)),
    incidents: new Set(seenIncidents.map((row) => row.id)),
  };
}
