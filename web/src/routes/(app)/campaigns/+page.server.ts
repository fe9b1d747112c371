import type { CampaignLine } from "#domain/view/campaign.ts";
import { apiGet } from "#lib/server/api.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => ({
  lines: await apiGet<CampaignLine[]>(event, "/api/campaigns"),
  crumbs: [{ label: "Campaigns" }],
});
