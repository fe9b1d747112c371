import { fail, redirect } from "@sveltejs/kit";
import { apiRaw } from "#lib/server/api.ts";
import { passCookiesOn } from "#lib/server/session-cookies.ts";
import type { Actions } from "./$types";

const SPENT = "This link does not work any more. Links work once and only for a few minutes; ask for a new one.";

export const actions: Actions = {
  /** Only this press uses the link up: a mail scanner that opens the page changes nothing. */
  default: async (event) => {
    const token = String((await event.request.formData()).get("token") ?? "");
    if (token === "") return fail(400, { refused: SPENT });
    const answer = await apiRaw(event, "/api/auth/magic-link/verify", { method: "POST", body: { token } });
    if (answer.status >= 500)
      return fail(503, { refused: "The API does not answer. The link is not used up; try again." });
    if (!answer.ok) return fail(401, { refused: SPENT });
    passCookiesOn(answer, event.cookies);
    const { owes } = (await answer.json()) as { owes: "factor" | null };
    redirect(303, owes ? "/sign-in/code" : "/");
  },
};
