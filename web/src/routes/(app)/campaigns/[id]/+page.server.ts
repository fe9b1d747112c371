import type { CampaignView } from "#domain/view/campaign.ts";
import { apiGet } from "#lib/server/api.ts";
import { decideForMany } from "#lib/server/campaign.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => ({
  campaign: await apiGet<CampaignView>(event, `/api/campaigns/${encodeURIComponent(event.params.id)}`),
  crumbs: [{ label: "Campaigns", href: "/campaigns" }, { label: "One attacker" }],
});

export const actions: Actions = {
  decide: (event) => decideForMany(event, event.params.id),
};
