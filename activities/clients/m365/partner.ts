import { asObject, asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import type { M365Cloud } from "./m365.ts";

type Relationship = { until: string | null; isActive: boolean };

/** Customers of a partner tenant ("delegatedAdminCustomer", "delegatedAdminRelationship"). */
export async function listPartnerCustomers(partner: Graph): ReturnType<M365Cloud["listPartnerCustomers"]> {
  const customers = await partner.all({ path: "/tenantRelationships/delegatedAdminCustomers", query: { $top: "300" } });
  const relationships = await partner.all({ path: "/tenantRelationships/delegatedAdminRelationships" });
  const byTenant = new Map<string, Relationship>();
  for (const row of relationships) {
    const tenantId = asText(asObject(row.customer)?.tenantId);
    if (!tenantId) continue;
    const candidate = {
      until: asText(row.endDateTime) ?? null,
      isActive: row.status === "active" || row.status === "expiring",
    };
    const known = byTenant.get(tenantId);
    if (!known || isBetter(candidate, known)) byTenant.set(tenantId, candidate);
  }
  return customers.map((row) => {
    const tenantId = asText(row.tenantId) ?? String(row.id);
    const relationship = byTenant.get(tenantId);
    return {
      microsoftTenantId: tenantId,
      name: asText(row.displayName) ?? tenantId,
      gdapUntil: relationship?.until ?? null,
      gdapActive: relationship?.isActive ?? false,
    };
  });
}

/** An active relationship beats an ended one; of two alike, the one that lasts longer. */
function isBetter(a: Relationship, b: Relationship): boolean {
  if (a.isActive !== b.isActive) return a.isActive;
  return (a.until ?? "") > (b.until ?? "");
}
