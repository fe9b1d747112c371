import type { TenantRow } from "#domain/view/portal.ts";
import { apiSend, refuse } from "#lib/server/api.ts";
import { postCommand } from "#lib/server/commands.ts";
import type { Actions, PageServerLoad } from "./$types";

type NotificationMethod = { id: string; tenantId: string | null; kind: "email"; address: string; isEnabled: boolean };

export const load: PageServerLoad = async (event) => {
  const [tenants, methods] = await Promise.all([
    apiSend<TenantRow[]>(event, "GET", "/api/tenants"),
    apiSend<NotificationMethod[]>(event, "GET", "/api/settings/notifications"),
  ]);
  return {
    tenants: tenants.ok ? tenants.data : null,
    methods: methods.ok ? methods.data : null,
    crumbs: [{ label: "Settings" }],
  };
};

export const actions: Actions = {
  command: (event) =>
    postCommand(event, `/api/tenants/${encodeURIComponent(event.url.searchParams.get("of") ?? "")}/commands`),
  method: async (event) => {
    const form = await event.request.formData();
    const answer = await apiSend(event, "POST", "/api/settings/notifications", {
      address: String(form.get("address") ?? "").trim(),
      isEnabled: form.get("isEnabled") !== "false",
      tenantId: String(form.get("tenantId") ?? "") || null,
      reason: String(form.get("reason") ?? ""),
    });
    return answer.ok
      ? { saved: answer.status === 202 ? "It waits for a second person; nothing was changed yet." : "Saved." }
      : refuse(answer);
  },
};
