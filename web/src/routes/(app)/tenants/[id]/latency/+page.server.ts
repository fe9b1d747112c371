import type { LatencyReport } from "#domain/evidence/latency.ts";
import type { TenantRow } from "#domain/view/portal.ts";
import { apiGet } from "#lib/server/api.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const id = encodeURIComponent(event.params.id);
  const [tenant, report] = await Promise.all([
    apiGet<TenantRow>(event, `/api/tenants/${id}`),
    apiGet<LatencyReport>(event, `/api/latency?tenantId=${id}`),
  ]);
  return {
    tenant,
    report,
    crumbs: [{ label: tenant.name, href: `/tenants/${tenant.id}` }, { label: "How long it takes" }],
  };
};
