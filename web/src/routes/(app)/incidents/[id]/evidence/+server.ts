import { error, redirect } from "@sveltejs/kit";
import { apiRaw } from "#lib/server/api.ts";
import type { RequestHandler } from "./$types";

/** The file as the API makes it, as a download. */
export const POST: RequestHandler = async (event) => {
  const id = encodeURIComponent(event.params.id);
  const answer = await apiRaw(event, `/api/incidents/${id}/evidence`, { method: "POST" });
  if (answer.ok) {
    const headers = new Headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    for (const name of ["content-type", "content-disposition"]) {
      const value = answer.headers.get(name);
      if (value) headers.set(name, value);
    }
    return new Response(answer.body, { headers });
  }
  if (answer.status === 401) redirect(303, `/sign-in?next=${encodeURIComponent(`/incidents/${id}`)}`);
  if (answer.status === 404)
    error(404, {
      message: "There is nothing here",
      fix: "It does not exist, or it belongs to a tenant you cannot see.",
    });
  error(answer.status === 403 ? 403 : 503, {
    message: "The evidence was not exported",
    fix: answer.status === 403 ? "Ask an Admin of your organization for access." : "Nothing was changed. Try again.",
    requestId: event.locals.requestId,
  });
};
