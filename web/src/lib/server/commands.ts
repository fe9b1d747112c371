import { fail, type RequestEvent } from "@sveltejs/kit";
import type { CommandView } from "#domain/view/portal.ts";
import { apiSend, refusal, refusalText } from "./api.ts";
import { commandInput } from "./command-input.ts";

/** Posts the order of a form to `path`. The command id comes from the form: the same form posted twice is the same order (D15). */
export async function postCommand(event: RequestEvent, path: string) {
  const form = await event.request.formData();
  const commandId = String(form.get("commandId") ?? "");
  const input = commandInput(form);
  if (!input || commandId === "") return fail(400, { commandId, refused: "This form is not complete." });
  const planVersion = form.get("planVersion");
  const answer = await apiSend<CommandView>(event, "POST", path, {
    commandId,
    ...(planVersion === null ? {} : { planVersion: Number(planVersion) }),
    input,
  });
  if (answer.ok) return { commandId, command: answer.data };
  return fail(answer.status >= 500 ? 503 : answer.status, {
    commandId,
    ...refusal(answer),
    isAlready: answer.problem.reason === "already-done",
  });
}

export async function withdrawCommand(event: RequestEvent) {
  const commandId = String((await event.request.formData()).get("commandId") ?? "");
  const answer = await apiSend<CommandView>(
    event,
    "POST",
    `/api/commands/${encodeURIComponent(commandId)}/withdraw`,
    {},
  );
  return answer.ok ? { commandId, withdrawn: true } : fail(answer.status, { commandId, refused: refusalText(answer) });
}
