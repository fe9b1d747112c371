import { redirect } from "@sveltejs/kit";
import { apiRaw } from "#lib/server/api.ts";
import { passCookiesOn } from "#lib/server/session-cookies.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = () => redirect(303, "/");

export const actions: Actions = {
  default: async (event) => {
    passCookiesOn(await apiRaw(event, "/api/auth/sign-out", { method: "POST", body: {} }), event.cookies);
    redirect(303, "/sign-in");
  },
};
