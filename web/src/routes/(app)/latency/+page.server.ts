import type { LatencyReport } from "#domain/evidence/latency.ts";
import { apiGet } from "#lib/server/api.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => ({
  report: await apiGet<LatencyReport>(event, "/api/latency"),
  crumbs: [{ label: "How long it takes" }],
});
