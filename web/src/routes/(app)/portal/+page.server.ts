import { fail, redirect } from "@sveltejs/kit";
import type { PartnerCustomer, PartnerSignInView } from "#domain/view/portal.ts";
import { apiGet, apiSend, refuse } from "#lib/server/api.ts";
import type { Actions, PageServerLoad } from "./$types";

type Onboarded = {
  microsoftTenantId: string;
  tenantId: string | null;
  state: "started" | "already-there" | "refused";
  reason: string | null;
};

export const load: PageServerLoad = async (event) => ({
  customers: await apiGet<PartnerCustomer[]>(event, "/api/partner/customers"),
  signIn: await apiGet<PartnerSignInView | null>(event, "/api/partner/sign-in"),
  outcome: event.url.searchParams.get("sign-in"),
  crumbs: [{ label: "Partner Center" }],
});

export const actions: Actions = {
  signIn: async (event) => {
    const answer = await apiSend<{ url: string }>(event, "POST", "/api/partner/sign-in", {});
    if (!answer.ok) return refuse(answer);
    redirect(303, answer.data.url);
  },
  onboard: async (event) => {
    const form = await event.request.formData();
    const microsoftTenantIds = form.getAll("microsoftTenantId").map(String);
    if (microsoftTenantIds.length === 0) return fail(400, { refused: "Choose at least one tenant." });
    const answer = await apiSend<Onboarded[]>(event, "POST", "/api/partner/onboard", {
      microsoftTenantIds,
      responseEnabled: form.has("responseEnabled"),
      isScanOnly: form.has("isScanOnly"),
    });
    if (!answer.ok) return refuse(answer);
    return { onboarded: answer.data };
  },
};
