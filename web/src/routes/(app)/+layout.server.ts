import type { HomeView, ViewerView } from "#domain/view/portal.ts";
import { apiGet } from "#lib/server/api.ts";
import type { LayoutServerLoad } from "./$types";

export const load: LayoutServerLoad = async (event) => {
  const [viewer, home] = await Promise.all([apiGet<ViewerView>(event, "/api/me"), apiGet<HomeView>(event, "/api/home")]);
  const delays = home.tenants.flatMap((tenant) =>
    tenant.phase === "paused" || tenant.accessLostReason ? [] : tenant.coverage.map((source) => source.delaySeconds ?? 0),
  );
  return {
    viewer,
    openIncidents: home.active.length,
    slowestSeconds: delays.length > 0 ? Math.max(...delays) : null,
  };
};
