import { fail } from "@sveltejs/kit";
import type { HomeView } from "#domain/view/portal.ts";
import { apiGet, apiSend, refusalText, refuse } from "#lib/server/api.ts";
import { campaignsBeside } from "#lib/server/campaign.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => ({
  home: await apiGet<HomeView>(event, "/api/home"),
  campaigns: (await campaignsBeside(event)).filter((line) => line.open > 0),
  crumbs: [{ label: "Home" }],
});

export const actions: Actions = {
  /** The switch is one order, "also act on the open ones" a second one with an id of its own (D6). */
  response: async (event) => {
    const form = await event.request.formData();
    const path = `/api/tenants/${encodeURIComponent(String(form.get("tenantId") ?? ""))}/commands`;
    const enabled = form.get("enabled") === "true";
    const reason = String(form.get("reason") ?? "").trim();
    const first = await apiSend(event, "POST", path, {
      commandId: String(form.get("commandId") ?? ""),
      input: { kind: "set-response", enabled, ...(reason ? { reason } : {}) },
    });
    if (!first.ok) return refuse(first);
    if (!enabled || form.get("alsoOpen") !== "yes") return { done: true };
    const second = await apiSend(event, "POST", path, {
      commandId: String(form.get("openCommandId") ?? ""),
      input: { kind: "act-on-open-incidents" },
    });
    if (!second.ok)
      return fail(second.status >= 500 ? 503 : second.status, {
        refused: `Response is on. The open incidents stay with you: ${refusalText(second)}`,
      });
    return { done: true };
  },
};
