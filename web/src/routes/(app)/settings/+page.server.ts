import { fail } from "@sveltejs/kit";
import type { TenantRow } from "#domain/view/portal.ts";
import { apiGet, apiSend, refusalText } from "#lib/server/api.ts";
import { postCommand } from "#lib/server/commands.ts";
import { listOf } from "#lib/server/lists.ts";
import type { Actions, PageServerLoad } from "./$types";

export type NotificationMethod = { id: string; channel: string; address: string; lastResult?: string | null };

export const load: PageServerLoad = async (event) => {
  const [tenants, methods] = await Promise.all([
    apiGet(event, "/api/tenants").then(listOf<TenantRow>),
    apiSend<unknown>(event, "GET", "/api/settings/notifications"),
  ]);
  return { tenants, methods: methods.ok ? listOf<NotificationMethod>(methods.data) : null, crumbs: [{ label: "Settings" }] };
};

export const actions: Actions = {
  command: (event) => postCommand(event, `/api/tenants/${encodeURIComponent(event.url.searchParams.get("of") ?? "")}/commands`),
  addMethod: async (event) => {
    const form = await event.request.formData();
    const answer = await apiSend(event, "POST", "/api/settings/notifications", { channel: "email", address: String(form.get("address") ?? "").trim() });
    return answer.ok ? { saved: true } : fail(answer.status >= 500 ? 503 : answer.status, { refused: refusalText(answer) });
  },
  removeMethod: async (event) => {
    const id = String((await event.request.formData()).get("id") ?? "");
    const answer = await apiSend(event, "DELETE", `/api/settings/notifications/${encodeURIComponent(id)}`);
    return answer.ok ? { saved: true } : fail(answer.status >= 500 ? 503 : answer.status, { refused: refusalText(answer) });
  },
};
