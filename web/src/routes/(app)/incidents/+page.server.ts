import type { IncidentCard } from "#domain/view/portal.ts";
import { apiGet } from "#lib/server/api.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => ({
  incidents: await apiGet<IncidentCard[]>(event, "/api/incidents"),
  crumbs: [{ label: "Incidents" }],
});
