import type { DetectionCatalogView } from "#domain/view/detection.ts";
import type { TenantRow } from "#domain/view/portal.ts";
import { periodOf } from "#lib/detections/words.ts";
import { apiGet } from "#lib/server/api.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const { searchParams } = event.url;
  const query = new URLSearchParams({ days: periodOf(searchParams.get("days")) });
  const tenant = searchParams.get("tenant");
  if (tenant) query.set("tenantId", tenant);
  const [catalog, tenants] = await Promise.all([
    apiGet<DetectionCatalogView>(event, `/api/detections?${query}`),
    apiGet<TenantRow[]>(event, "/api/tenants"),
  ]);
  return {
    catalog,
    tenants: tenants.map(({ id, name }) => ({ id, name })),
    crumbs: [{ label: "Detections", href: "/detections" }],
  };
};
