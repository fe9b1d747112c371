import { fail, type RequestEvent } from "@sveltejs/kit";
import type { CrossTenantView, PhishPreviewView } from "#domain/view/phish.ts";
import { apiSend, refusal } from "./api.ts";

const text = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();
const given = (form: FormData, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (text(form, name) ? [[name, text(form, name)]] : [])));
const path = (id: string, rest: string): string => `/api/phish/${encodeURIComponent(id)}/${rest}`;

async function post<T>(event: RequestEvent, to: string, body: unknown) {
  const answer = await apiSend<T>(event, "POST", to, body);
  if (answer.ok) return { ok: true as const, data: answer.data };
  const status = answer.status >= 500 ? 503 : answer.status;
  return { ok: false as const, failure: fail(status, refusal(answer)) };
}

/** The forms of the Cross-Tenant Phish panel, the same on every page it stands on. */
export const phishActions = {
  phishLook: async (event: RequestEvent) => {
    const form = await event.request.formData();
    const body = given(form, "commandId", "tenantId", "incidentId", "internetMessageId", "subject", "sender");
    const answer = await post<CrossTenantView>(event, "/api/phish", body);
    return answer.ok ? { phishId: answer.data.id } : answer.failure;
  },
  phishPreview: async (event: RequestEvent) => {
    const form = await event.request.formData();
    const wish = { act: text(form, "act"), matchIds: form.getAll("matchId").map(String) };
    const answer = await post<PhishPreviewView>(event, path(text(form, "phishId"), "preview"), wish);
    return answer.ok ? { preview: answer.data } : answer.failure;
  },
  phishOrder: async (event: RequestEvent) => {
    const form = await event.request.formData();
    const answer = await post<CrossTenantView>(event, path(text(form, "phishId"), "orders"), {
      commandId: text(form, "commandId"),
      act: text(form, "act"),
      matchIds: form.getAll("matchId").map(String),
      previewHash: text(form, "previewHash"),
      waitInstead: text(form, "waitInstead") === "yes",
    });
    return answer.ok ? { ordered: true } : answer.failure;
  },
  phishAnswer: async (event: RequestEvent) => {
    const form = await event.request.formData();
    const word = text(form, "word");
    const to = `/api/phish/orders/${encodeURIComponent(text(form, "orderId"))}/answer`;
    const body =
      word === "agree"
        ? { word, previewHash: text(form, "previewHash") }
        : { word: "refuse", reason: text(form, "reason") };
    const answer = await post<CrossTenantView>(event, to, body);
    return answer.ok ? { answered: true } : answer.failure;
  },
};
