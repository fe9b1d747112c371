import { fail, redirect } from "@sveltejs/kit";
import { apiRaw, apiSend } from "#lib/server/api.ts";
import { passCookiesOn, safeNext } from "#lib/server/session-cookies.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const me = await apiSend(event, "GET", "/api/me");
  if (me.ok) redirect(303, safeNext(event.url.searchParams.get("next")));
  return { apiIsDown: me.status >= 500 };
};

export const actions: Actions = {
  /** With a password it signs in; without one it mails a link. A person need not know which of the two he has. */
  default: async (event) => {
    const form = await event.request.formData();
    const email = String(form.get("email") ?? "").trim();
    const password = String(form.get("password") ?? "");
    if (!/^\S+@\S+$/.test(email)) return fail(400, { email, refused: "Type your e-mail address." });
    if (password === "") {
      const answer = await apiRaw(event, "/api/auth/sign-in/magic-link", { method: "POST", body: { email } });
      if (answer.status >= 500) return fail(503, { email, refused: "The API does not answer. Try again in a minute." });
      if (answer.status === 429) return fail(429, { email, refused: "Too many tries. Wait a minute and try again." });
      return { email, sent: true };
    }
    const answer = await apiRaw(event, "/api/auth/sign-in/email", { method: "POST", body: { email, password } });
    if (answer.ok) {
      passCookiesOn(answer, event.cookies);
      const next = safeNext(event.url.searchParams.get("next"));
      const { owes } = (await answer.json()) as { owes: "factor" | null };
      redirect(303, owes ? `/sign-in/code?next=${encodeURIComponent(next)}` : next);
    }
    if (answer.status >= 500) return fail(503, { email, refused: "The API does not answer. Try again in a minute." });
    if (answer.status === 429) return fail(429, { email, refused: "Too many tries. Wait a minute and try again." });
    return fail(401, {
      email,
      refused: "This address and password do not go together. Try again, or leave the password empty to get a link.",
    });
  },
};
