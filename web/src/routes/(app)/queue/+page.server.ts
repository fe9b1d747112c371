import type { IncidentView, QueueItem } from "#domain/view/portal.ts";
import { apiGet } from "#lib/server/api.ts";
import { postCommand } from "#lib/server/commands.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const queue = await apiGet<QueueItem[]>(event, "/api/queue");
  const wanted = event.url.searchParams.get("incident");
  const item = queue.find((entry) => entry.incident.id === wanted) ?? queue[0];
  return {
    queue,
    item: item ?? null,
    incident: item ? await apiGet<IncidentView>(event, `/api/incidents/${encodeURIComponent(item.incident.id)}`) : null,
    crumbs: [{ label: "Queue" }],
  };
};

export const actions: Actions = {
  command: (event) =>
    postCommand(event, `/api/incidents/${encodeURIComponent(event.url.searchParams.get("of") ?? "")}/commands`),
};
