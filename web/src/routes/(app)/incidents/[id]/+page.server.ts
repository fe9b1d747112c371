import type { LatencyLedger } from "#domain/evidence/latency.ts";
import type { ImpactView } from "#domain/view/detection.ts";
import type { CrossTenantView } from "#domain/view/phish.ts";
import type { EventPage, IncidentView } from "#domain/view/portal.ts";
import { tabOf } from "#lib/log/tabs.ts";
import { apiGet, apiSend, refuse } from "#lib/server/api.ts";
import { campaignsBeside } from "#lib/server/campaign.ts";
import { postCommand, withdrawCommand } from "#lib/server/commands.ts";
import { phishActions } from "#lib/server/phish.ts";
import type { Actions, PageServerLoad } from "./$types";

const path = (id: string): string => `/api/incidents/${encodeURIComponent(id)}`;

const CITED_MAX = 100;

/** The records a line of evidence, or a row of the timeline, rests on. */
async function citedIn(query: URLSearchParams, reading: Promise<IncidentView>): Promise<string[]> {
  const given = query.getAll("record");
  const at = query.get("at");
  if (given.length > 0 || at === null) return given;
  return (await reading).timeline[Number(at)]?.recordIds ?? [];
}

export const load: PageServerLoad = async (event) => {
  const { params, url } = event;
  const tab = tabOf(url.searchParams.get("tab"));
  // A page of its own has more; here the log stands under the story.
  const query = new URLSearchParams({ limit: "40" });
  if (tab.category && tab.category !== "exchange") query.set("category", tab.category);
  for (const name of ["cursor", "verdict"]) {
    const value = url.searchParams.get(name);
    if (value) query.set(name, value);
  }
  const isFull = url.searchParams.get("impact") === "full";
  const reading = apiGet<IncidentView>(event, path(params.id));
  const cited = await citedIn(url.searchParams, reading);
  for (const id of cited.slice(0, CITED_MAX)) query.append("record", id);
  const list = tab.category === "exchange" && cited.length === 0 ? "exchange" : "events";
  const [incident, events, latency, impact, campaigns, crossTenant] = await Promise.all([
    reading,
    apiGet<EventPage>(event, `${path(params.id)}/${list}?${query}`),
    apiSend<LatencyLedger>(event, "GET", `${path(params.id)}/latency`).then((answer) =>
      answer.ok ? answer.data : null,
    ),
    isFull
      ? apiSend<ImpactView>(event, "GET", `${path(params.id)}/impact`).then((answer) =>
          answer.ok ? answer.data : null,
        )
      : null,
    campaignsBeside(event, params.id),
    apiSend<CrossTenantView[]>(event, "GET", `/api/phish?incidentId=${encodeURIComponent(params.id)}`).then((answer) =>
      answer.ok ? answer.data : [],
    ),
  ]);
  return {
    incident,
    events,
    latency,
    impact,
    campaigns,
    crossTenant,
    crumbs: [
      { label: incident.tenant.name, href: `/tenants/${incident.tenant.id}` },
      { label: `Incident ${incident.number}` },
    ],
  };
};

export const actions: Actions = {
  ...phishActions,
  command: (event) => postCommand(event, `${path(event.params.id)}/commands`),
  withdraw: (event) => withdrawCommand(event),
  reveal: async (event) => {
    const secretId = String((await event.request.formData()).get("secretId") ?? "");
    const answer = await apiSend<{ password: string }>(event, "POST", `${path(event.params.id)}/password/reveal`, {
      secretId,
    });
    return answer.ok ? { password: answer.data.password } : refuse(answer);
  },
};
