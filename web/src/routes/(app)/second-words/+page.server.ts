import { apiSend, refuse } from "#lib/server/api.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = () => ({ crumbs: [{ label: "Second person" }] });

export const actions: Actions = {
  answer: async (event) => {
    const form = await event.request.formData();
    const path = `/api/second-words/${encodeURIComponent(String(form.get("id") ?? ""))}/answer`;
    const agree = form.get("agree") === "true";
    const answer = await apiSend(event, "POST", path, { agree });
    if (!answer.ok) return refuse(answer);
    return { done: agree ? "Agreed: it is done now." : "Refused: nothing was changed." };
  },
};
