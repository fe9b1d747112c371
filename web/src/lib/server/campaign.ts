import { fail, type RequestEvent } from "@sveltejs/kit";
import type { CampaignLine, ManyAnswer } from "#domain/view/campaign.ts";
import { apiSend, refusal } from "./api.ts";
import { commandInput } from "./command-input.ts";

/** Campaigns beside a page's own subject: without an answer the page stands without them. */
export async function campaignsBeside(event: RequestEvent, incidentId?: string): Promise<CampaignLine[]> {
  const query = incidentId ? `?incidentId=${encodeURIComponent(incidentId)}` : "";
  const answer = await apiSend<CampaignLine[]>(event, "GET", `/api/campaigns${query}`);
  return answer.ok ? answer.data : [];
}

/** One decision for the chosen incidents; each checkbox carries the incident and the plan that was seen. */
export async function decideForMany(event: RequestEvent, campaignId: string) {
  const form = await event.request.formData();
  const input = commandInput(form);
  const incidents = form.getAll("incident").flatMap((value) => {
    const [id = "", plan = ""] = String(value).split("@");
    return id ? [{ id, planVersion: Number(plan) }] : [];
  });
  if (!input || incidents.length === 0) return fail(400, { refused: "Choose at least one account." });
  const path = `/api/campaigns/${encodeURIComponent(campaignId)}/orders`;
  const answer = await apiSend<ManyAnswer>(event, "POST", path, {
    orderId: String(form.get("commandId") ?? ""),
    input,
    incidents,
  });
  if (!answer.ok) return fail(answer.status >= 500 ? 503 : answer.status, refusal(answer));
  const refused = answer.data.parts.filter((part) => part.state === "refused").length;
  return { taken: answer.data.parts.length - refused, refusedParts: refused };
}
