import { json } from "@sveltejs/kit";
import { apiSend, refusalText } from "#lib/server/api.ts";
import type { RequestHandler } from "./$types";

/** The step-up dialog's way to the API; what is shown there is looked at once and kept nowhere. */
export const POST: RequestHandler = async (event) => {
  const body = (await event.request.json().catch(() => ({}))) as Record<string, unknown>;
  const shown = typeof body.code === "string" ? { code: body.code } : { password: String(body.password ?? "") };
  const answer = await apiSend(event, "POST", "/api/auth/prove", shown);
  return answer.ok ? json({}) : json({ refused: refusalText(answer) }, { status: answer.status });
};
