import { redirect } from "@sveltejs/kit";
import type { DrillDebrief, DrillView } from "#domain/view/drill.ts";
import { apiGet, apiSend, refuse } from "#lib/server/api.ts";
import type { Actions, PageServerLoad, RequestEvent } from "./$types";

const pathOf = (id: string): string => `/api/drills/${encodeURIComponent(id)}`;

export const load: PageServerLoad = async (event) => {
  const drill = await apiGet<DrillView & { debrief: DrillDebrief }>(event, pathOf(event.params.id));
  return { drill, crumbs: [{ label: "Drills", href: "/drills" }, { label: drill.title }] };
};

async function post(event: RequestEvent, what: "attack" | "end" | "discard") {
  const answer = await apiSend(event, "POST", `${pathOf(event.params.id)}/${what}`, {});
  return answer.ok ? undefined : refuse(answer);
}

export const actions: Actions = {
  attack: (event) => post(event, "attack"),
  end: (event) => post(event, "end"),
  discard: async (event) => {
    const refused = await post(event, "discard");
    if (refused) return refused;
    redirect(303, "/drills");
  },
};
