import { redirect } from "@sveltejs/kit";
import type { DrillList } from "#domain/view/drill.ts";
import { apiGet, apiSend, refuse } from "#lib/server/api.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => ({
  ...(await apiGet<DrillList>(event, "/api/drills")),
  crumbs: [{ label: "Drills" }],
});

export const actions: Actions = {
  start: async (event) => {
    const form = await event.request.formData();
    const answer = await apiSend<{ id: string }>(event, "POST", "/api/drills", {
      story: String(form.get("story") ?? ""),
      responseEnabled: form.get("response") === "on",
    });
    if (!answer.ok) return refuse(answer);
    redirect(303, `/drills/${answer.data.id}`);
  },
};
