import type { IncidentView, QueueItem } from "#domain/view/portal.ts";
import { apiGet, apiSend, refuse } from "#lib/server/api.ts";
import { campaignsBeside } from "#lib/server/campaign.ts";
import { postCommand } from "#lib/server/commands.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const queue = await apiGet<QueueItem[]>(event, "/api/queue");
  const wanted = event.url.searchParams.get("incident");
  const item = queue.find((entry) => entry.incident.id === wanted) ?? queue[0];
  return {
    queue,
    campaigns: (await campaignsBeside(event)).filter((line) => line.open > 0),
    item: item ?? null,
    incident: item ? await apiGet<IncidentView>(event, `/api/incidents/${encodeURIComponent(item.incident.id)}`) : null,
    crumbs: [{ label: "Queue" }],
  };
};

export const actions: Actions = {
  claim: async (event) => {
    const form = await event.request.formData();
    const path = `/api/queue/${encodeURIComponent(event.url.searchParams.get("of") ?? "")}/claim`;
    const answer = await apiSend(event, "POST", path, { claim: form.get("claim") });
    return answer.ok ? { claimed: true } : refuse(answer);
  },
  command: (event) =>
    postCommand(event, `/api/incidents/${encodeURIComponent(event.url.searchParams.get("of") ?? "")}/commands`),
};
