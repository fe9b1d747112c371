import type { EmergencyView } from "#domain/view/emergency.ts";
import type { EventPage, IncidentCard, ScanView, TenantRow } from "#domain/view/portal.ts";
import type { SecondBook } from "#domain/view/second-book.ts";
import { tabOf } from "#lib/log/tabs.ts";
import { apiGet, apiSend, refuse } from "#lib/server/api.ts";
import { postCommand } from "#lib/server/commands.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const { params, url } = event;
  const { viewer } = await event.parent();
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
  const [scan, events, incidents, book, emergency] = await Promise.all([
    tab === "scan"
      ? apiSend<ScanView>(event, "GET", `${path}/scan`).then((answer) => (answer.ok ? answer.data : null))
      : null,
    tab === "activity" ? apiGet<EventPage>(event, `${path}/events?${query}`) : null,
    tab === "overview" ? apiGet<IncidentCard[]>(event, `/api/incidents?tenantId=${encodeURIComponent(tenant.id)}`) : [],
    tab === "overview" ? apiGet<SecondBook>(event, `${path}/second-book`) : null,
    tab === "overview" && viewer.may.seePolicy ? apiGet<EmergencyView>(event, `${path}/emergency-accounts`) : null,
  ]);
  return {
    tenant,
    tab,
    scan,
    events,
    incidents,
    book,
    isEmergencyDue: emergency?.isDue === true && emergency.may.change,
    crumbs: [
      { label: tenant.name, href: `/tenants/${tenant.id}` },
      { label: tab === "scan" ? "Scan" : tab === "activity" ? "Activity" : "Overview" },
    ],
  };
};

export const actions: Actions = {
  explain: async (event) => {
    const form = await event.request.formData();
    const answer = await apiSend(
      event,
      "POST",
      `/api/tenants/${encodeURIComponent(event.params.id)}/second-book/explain`,
      { actKey: String(form.get("actKey") ?? ""), reason: String(form.get("reason") ?? "").trim() },
    );
    return answer.ok ? { explained: true } : refuse(answer);
  },
  command: (event) => postCommand(event, `/api/tenants/${encodeURIComponent(event.params.id)}/commands`),
};
