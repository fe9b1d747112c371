import { UNCOMMON_TYPES } from "#domain/incident/uncommon.ts";
import type { UncommonPage } from "#domain/view/detection.ts";
import type { TenantRow } from "#domain/view/portal.ts";
import { periodOf } from "#lib/detections/words.ts";
import { apiGet } from "#lib/server/api.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const { params, url } = event;
  const path = `/api/tenants/${encodeURIComponent(params.id)}`;
  const query = new URLSearchParams({ days: periodOf(url.searchParams.get("days")) });
  const type = UNCOMMON_TYPES.find((known) => known === url.searchParams.get("type"));
  if (type) query.set("type", type);
  const number = Number(url.searchParams.get("page") ?? "0");
  if (Number.isInteger(number) && number > 0) query.set("page", String(number));
  const [tenant, uncommon] = await Promise.all([
    apiGet<TenantRow>(event, path),
    apiGet<UncommonPage>(event, `${path}/uncommon?${query}`),
  ]);
  return {
    tenant,
    uncommon,
    type: type ?? "all",
    crumbs: [{ label: tenant.name, href: `/tenants/${tenant.id}` }, { label: "Uncommon Activity" }],
  };
};
