import type { CrossTenantView } from "#domain/view/phish.ts";
import type { TenantRow } from "#domain/view/portal.ts";
import { apiGet } from "#lib/server/api.ts";
import { phishActions } from "#lib/server/phish.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const [list, tenants] = await Promise.all([
    apiGet<CrossTenantView[]>(event, "/api/phish"),
    apiGet<TenantRow[]>(event, "/api/tenants"),
  ]);
  return { list, tenants, crumbs: [{ label: "Phish" }] };
};

export const actions: Actions = { phishLook: phishActions.phishLook };
