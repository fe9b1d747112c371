import { fail, redirect } from "@sveltejs/kit";
import { apiSend, refusalText } from "#lib/server/api.ts";
import { safeNext } from "#lib/server/session-cookies.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const security = await apiSend<{ owes: "factor" | null }>(event, "GET", "/api/auth/security");
  if (security.ok && security.data.owes === null) redirect(303, safeNext(event.url.searchParams.get("next")));
  if (!security.ok && security.status === 401) redirect(303, "/sign-in");
};

export const actions: Actions = {
  default: async (event) => {
    const code = String((await event.request.formData()).get("code") ?? "").trim();
    const answer = await apiSend(event, "POST", "/api/auth/prove", { code });
    if (answer.ok) redirect(303, safeNext(event.url.searchParams.get("next")));
    if (answer.status === 401) redirect(303, "/sign-in");
    return fail(answer.status >= 500 ? 503 : 400, { refused: refusalText(answer) });
  },
};
