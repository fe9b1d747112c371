import { z } from "@hono/zod-openapi";
import { listManyOrders, listOrganizations } from "#db/repos/campaign.ts";
import { loadIncidentState } from "#db/repos/incident.ts";
import { auditLooks } from "#db/repos/look.ts";
import { listIncidentCards } from "#db/repos/portal-cards.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { CampaignLine, CampaignView, ManyAnswer } from "#domain/view/campaign.ts";
import { campaignsOf, campaignWith, type Grouped } from "../campaigns.ts";
import { type ApiContext, inScope, nowOf } from "../context.ts";
import { orderOnMany } from "../orders-many.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { campaignLineSchema, campaignSchema, manyAnswerSchema } from "../schema/campaign.ts";
import { commandInputSchema, id } from "../schema/parts.ts";
import { byContainment, campaignLine, campaignMember, manyOrders } from "../view/campaign.ts";

const params = z.object({ id });

const list = route("incident.view", {
  method: "get",
  path: "/api/campaigns",
  summary:
    "Incidents of one attacker over accounts and tenants, as far as the viewer sees them; what is not contained first",
  request: { query: z.object({ incidentId: id.optional() }) },
  responses: { 200: json(z.array(campaignLineSchema), "Campaigns.") },
});

const one = route("incident.view", {
  method: "get",
  path: "/api/campaigns/{id}",
  summary: "The campaign an incident belongs to: every account with its six steps",
  request: { params },
  responses: { 200: json(campaignSchema, "The campaign.") },
});

const order = route("incident.remediate", {
  method: "post",
  path: "/api/campaigns/{id}/orders",
  summary: "One decision for chosen incidents of a campaign",
  description:
    "Becomes one command for each incident, judged by that incident's own rules: each is accepted or refused by itself. The " +
    "order id is made by the caller; the same id again answers the same commands.",
  request: {
    params,
    body: body(
      z.strictObject({
        orderId: id,
        input: commandInputSchema,
        incidents: z
          .array(z.strictObject({ id, planVersion: z.int().min(0) }))
          .min(1)
          .max(500),
      }),
    ),
  },
  responses: { 202: json(manyAnswerSchema, "What each incident answered.") },
});

/** The names of the organizations whose incidents stand in these campaigns. */
async function organizationsOf(tx: ScopedTx, grouped: Grouped): Promise<Map<string, string>> {
  const ids = new Set(
    grouped.campaigns.flatMap((one) => one.incidentIds.flatMap((of) => grouped.rows.get(of)?.orgId ?? [])),
  );
  return new Map((await listOrganizations(tx, [...ids])).map((org) => [org.id, org.name]));
}

async function linesOf(c: ApiContext, tx: ScopedTx): Promise<CampaignLine[]> {
  const now = nowOf(c);
  const grouped = await campaignsOf(tx, now);
  if (grouped.campaigns.length === 0) return [];
  const ids = grouped.campaigns.flatMap((campaign) => campaign.incidentIds);
  const cards = await listIncidentCards(tx, { ids, limit: ids.length });
  await auditLooks(tx, {
    tenantIds: cards.map((card) => card.tenant.id),
    object: "campaigns",
    name: c.get("viewer").name,
    now,
  });
  const names = await organizationsOf(tx, grouped);
  return grouped.campaigns
    .map((campaign) => campaignLine(campaign, cards, grouped.rows, names))
    .sort((a, b) => b.notContained - a.notContained || b.open - a.open || (a.lastAt > b.lastAt ? -1 : 1));
}

export const campaignRoutes = createRouter()
  .openapi(list, async (c) => {
    const { incidentId } = c.req.valid("query");
    const lines = await inScope(c, (tx) => linesOf(c, tx));
    return c.json(incidentId ? lines.filter((line) => line.incidentIds.includes(incidentId)) : lines, 200);
  })
  .openapi(one, async (c) => {
    const { id: incidentId } = c.req.valid("param");
    const viewer = c.get("viewer");
    const view = await inScope(c, async (tx): Promise<CampaignView | undefined> => {
      const now = nowOf(c);
      const grouped = await campaignsOf(tx, now);
      const campaign = campaignWith(grouped, incidentId);
      if (!campaign) return undefined;
      const { incidentIds: ids } = campaign;
      const cards = await listIncidentCards(tx, { ids, limit: ids.length });
      const tenantIds = cards.map((card) => card.tenant.id);
      await auditLooks(tx, { tenantIds, object: "campaign", name: viewer.name, now });
      const names = await organizationsOf(tx, grouped);
      const tied = new Set(campaign.handles.map((handle) => handle.value));
      const members = [];
      for (const card of cards) {
        const state = await loadIncidentState(tx, card.id);
        const organization = names.get(grouped.rows.get(card.id)?.orgId ?? "") ?? "";
        if (state)
          members.push(campaignMember(card, { state, incident: grouped.incidents.get(card.id), tied, organization }));
      }
      members.sort(byContainment);
      const orders = manyOrders(viewer, await listManyOrders(tx, ids));
      return { ...campaignLine(campaign, cards, grouped.rows, names), members, orders };
    });
    if (!view) throw notFound();
    return c.json(view, 200);
  })
  .openapi(order, async (c) => {
    const { orderId, input, incidents } = c.req.valid("json");
    const campaign = await inScope(c, async (tx) =>
      campaignWith(await campaignsOf(tx, nowOf(c)), c.req.valid("param").id),
    );
    if (!campaign) throw notFound();
    if (incidents.some((one) => !campaign.incidentIds.includes(one.id)))
      throw fail(
        "conflict",
        "The campaign is no longer what was shown: an incident does not belong to it. Look again.",
        {
          reason: "plan-changed",
        },
      );
    const answer: ManyAnswer = await orderOnMany(c, { orderId, input, incidents });
    return c.json(answer, 202);
  });
