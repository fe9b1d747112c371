import { fail } from "@sveltejs/kit";
import type { EventPage, IncidentView } from "#domain/view/portal.ts";
import { tabOf } from "#lib/log/tabs.ts";
import { apiGet, apiSend, refusalText } from "#lib/server/api.ts";
import { postCommand, withdrawCommand } from "#lib/server/commands.ts";
import type { Actions, PageServerLoad } from "./$types";

const path = (id: string): string => `/api/incidents/${encodeURIComponent(id)}`;

export const load: PageServerLoad = async (event) => {
  const { params, url } = event;
  const tab = tabOf(url.searchParams.get("tab"));
  // A page of its own has more; here the log stands under the story.
  const query = new URLSearchParams({ limit: "40" });
  if (tab.category && tab.category !== "exchange") query.set("category", tab.category);
  const cursor = url.searchParams.get("cursor");
  if (cursor) query.set("cursor", cursor);
  const list = tab.category === "exchange" ? "exchange" : "events";
  const [incident, events] = await Promise.all([
    apiGet<IncidentView>(event, path(params.id)),
    apiGet<EventPage>(event, `${path(params.id)}/${list}?${query}`),
  ]);
  return {
    incident,
    events,
    crumbs: [
      { label: incident.tenant.name, href: `/tenants/${incident.tenant.id}` },
      { label: `Incident ${incident.number}` },
    ],
  };
};

export const actions: Actions = {
  command: (event) => postCommand(event, `${path(event.params.id)}/commands`),
  withdraw: (event) => withdrawCommand(event),
  reveal: async (event) => {
    const secretId = String((await event.request.formData()).get("secretId") ?? "");
    const answer = await apiSend<{ password: string }>(event, "POST", `${path(event.params.id)}/password/reveal`, {
      secretId,
    });
    return answer.ok ? { password: answer.data.password } : fail(answer.status, { refused: refusalText(answer) });
  },
};
