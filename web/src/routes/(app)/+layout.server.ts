import type { HomeView, ViewerView } from "#domain/view/portal.ts";
import type { SecondWordView } from "#domain/view/second-word.ts";
import { apiGet, apiSend } from "#lib/server/api.ts";
import type { LayoutServerLoad } from "./$types";

export const load: LayoutServerLoad = async (event) => {
  event.depends("petra:frame");
  const viewer = await apiGet<ViewerView>(event, "/api/me");
  // Sales and Billing may not look at tenants; their frame comes without counts.
  const answer = await apiSend<HomeView>(event, "GET", "/api/home");
  const home = answer.ok ? answer.data : undefined;
  const delays = (home?.tenants ?? []).flatMap((tenant) =>
    tenant.phase === "paused" || tenant.accessLostReason
      ? []
      : tenant.coverage.map((source) => source.delaySeconds ?? 0),
  );
  const words = viewer.may.seePolicy
    ? await apiSend<SecondWordView[]>(event, "GET", "/api/second-words")
    : { ok: false as const };
  return {
    viewer,
    secondWords: words.ok ? words.data : [],
    openIncidents: home?.active.length ?? 0,
    slowestSeconds: delays.length > 0 ? Math.max(...delays) : null,
  };
};
