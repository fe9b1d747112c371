import type { CrossTenantView } from "#domain/view/phish.ts";
import { apiGet } from "#lib/server/api.ts";
import { phishActions } from "#lib/server/phish.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => ({
  phish: await apiGet<CrossTenantView>(event, `/api/phish/${encodeURIComponent(event.params.id)}`),
  crumbs: [{ label: "Phish", href: "/phish" }, { label: "One mail" }],
});

export const actions: Actions = phishActions;
