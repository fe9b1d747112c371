import type { HomeView, ViewerView } from "#domain/view/portal.ts";
import { apiGet, apiSend } from "#lib/server/api.ts";
import type { LayoutServerLoad } from "./$types";

export const load: LayoutServerLoad = async (event) => {
  const viewer = await apiGet<ViewerView>(event, "/api/me");
  // Sales and Billing may not look at tenants; their frame comes without counts.
  const answer = await apiSend<HomeView>(event, "GET", "/api/home");
  const home = answer.ok ? answer.data : undefined;
  const delays = (home?.tenants ?? []).flatMap((tenant) =>
    tenant.phase === "paused" || tenant.accessLostReason
      ? []
      : tenant.coverage.map((source) => source.delaySeconds ?? 0),
  );
  return {
    viewer,
    openIncidents: home?.active.length ?? 0,
    slowestSeconds: delays.length > 0 ? Math.max(...delays) : null,
  };
};
