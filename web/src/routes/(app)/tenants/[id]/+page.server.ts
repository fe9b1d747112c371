import type { EventPage, IncidentCard, ScanView, TenantRow } from "#domain/view/portal.ts";
import { tabOf } from "#lib/log/tabs.ts";
import { apiGet, apiSend } from "#lib/server/api.ts";
import { postCommand } from "#lib/server/commands.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const { params, url } = event;
  const path = `/api/tenants/${encodeURIComponent(params.id)}`;
  const tenant = await apiGet<TenantRow>(event, path);
  const wanted = url.searchParams.get("tab");
  const tab =
    wanted === "activity" || wanted === "overview" || wanted === "scan"
      ? wanted
      : tenant.phase === "scanning"
        ? "scan"
        : "overview";
  const log = tabOf(url.searchParams.get("log"));
  const query = new URLSearchParams();
  if (log.category) query.set("category", log.category);
  for (const name of ["cursor", "ip", "upn", "q", "subject", "sender"]) {
    const value = url.searchParams.get(name);
    if (value) query.set(name, value);
  }
  const [scan, events, incidents] = await Promise.all([
    tab === "scan"
      ? apiSend<ScanView>(event, "GET", `${path}/scan`).then((answer) => (answer.ok ? answer.data : null))
      : null,
    tab === "activity" ? apiGet<EventPage>(event, `${path}/events?${query}`) : null,
    tab === "overview" ? apiGet<IncidentCard[]>(event, `/api/incidents?tenantId=${encodeURIComponent(tenant.id)}`) : [],
  ]);
  return {
    tenant,
    tab,
    scan,
    events,
    incidents,
    crumbs: [
      { label: tenant.name, href: `/tenants/${tenant.id}` },
      { label: tab === "scan" ? "Scan" : tab === "activity" ? "Activity" : "Overview" },
    ],
  };
};

export const actions: Actions = {
  command: (event) => postCommand(event, `/api/tenants/${encodeURIComponent(event.params.id)}/commands`),
};
