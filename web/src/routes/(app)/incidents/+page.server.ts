import type { IncidentCard } from "#domain/view/portal.ts";
import { apiGet } from "#lib/server/api.ts";
import { listOf } from "#lib/server/lists.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => ({
  incidents: listOf<IncidentCard>(await apiGet(event, "/api/incidents")),
  crumbs: [{ label: "Incidents" }],
});
