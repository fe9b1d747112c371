import { fail } from "@sveltejs/kit";
import type { AddTenantResult, TenantRow } from "#domain/view/portal.ts";
import { apiGet, apiSend, refuse } from "#lib/server/api.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const waits = event.url.searchParams.get("waits");
  return {
    waiting: waits ? await apiGet<TenantRow>(event, `/api/tenants/${encodeURIComponent(waits)}`) : null,
    crumbs: [{ label: "Add Tenant" }],
  };
};

export const actions: Actions = {
  default: async (event) => {
    const form = await event.request.formData();
    const name = String(form.get("name") ?? "").trim();
    const adminEmail = String(form.get("adminEmail") ?? "").trim();
    const chosen = {
      name,
      adminEmail,
      responseEnabled: form.has("responseEnabled"),
      isScanOnly: form.has("isScanOnly"),
    };
    if (name === "") return fail(400, { ...chosen, refused: "Give the tenant a name." });
    const answer = await apiSend<AddTenantResult>(event, "POST", "/api/tenants", {
      name,
      responseEnabled: chosen.responseEnabled,
      isScanOnly: chosen.isScanOnly,
      ...(adminEmail ? { adminEmail } : {}),
    });
    if (!answer.ok) return refuse(answer, chosen);
    return { ...chosen, made: answer.data };
  },
};
