import { z } from "@hono/zod-openapi";
import { findCommand, listCommands, withdrawCommand } from "#db/repos/commands.ts";
import { loadIncidentState } from "#db/repos/incident.ts";
import { auditLook } from "#db/repos/look.ts";
import { writeAudit } from "#db/repos/order.ts";
import { listIncidentCards } from "#db/repos/portal-cards.ts";
import { listIncidentEvents } from "#db/repos/portal-events.ts";
import { listSources } from "#db/repos/portal-impact.ts";
import { loadIncidentPage, takeSecret } from "#db/repos/portal-incident.ts";
import { PASSWORD_PURPOSE, unseal } from "#db/sealing.ts";
import { INCIDENT_STATUSES } from "#domain/incident/state.ts";
import { IMPACT_ROWS_MAX, TIMELINE_ROWS_MAX } from "#domain/limits.ts";
import { actorOf, inScope, nowOf } from "../context.ts";
import { assertMayOrder, orderOnIncident } from "../orders.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { incidentCardSchema, incidentSchema } from "../schema/incident.ts";
import { commandSchema, id, orderSchema } from "../schema/parts.ts";
import { blindSpots } from "../view/blind-spots.ts";
import { commandFor, incidentView, timelineFrom } from "../view/incident.ts";

const params = z.object({ id });

const list = route("incident.view", {
  method: "get",
  path: "/api/incidents",
  summary: "Incidents of the viewer, open ones first; remediated ones stay listed",
  request: { query: z.object({ status: z.enum(INCIDENT_STATUSES).optional(), tenantId: id.optional() }) },
  responses: { 200: json(z.array(incidentCardSchema), "Incidents.") },
});

const one = route("incident.view", {
  method: "get",
  path: "/api/incidents/{id}",
  summary: "One incident with everything its page shows",
  request: { params },
  responses: { 200: json(incidentSchema, "The incident.") },
});

const order = route("incident.remediate", {
  method: "post",
  path: "/api/incidents/{id}/commands",
  summary: "Give an order about an incident",
  description:
    "The command id is made by the caller and is also the idempotency key: the same id again answers the same row. " +
    "202 says the order is stored, not that it was carried out; 409 comes only for lasting reasons.",
  request: { params, body: body(orderSchema) },
  responses: { 202: json(commandSchema, "The order as it stands.") },
});

const reveal = route("incident.remediate", {
  method: "post",
  path: "/api/incidents/{id}/password/reveal",
  summary: "See the new password, once",
  request: { params, body: body(z.strictObject({ secretId: id })) },
  responses: { 200: json(z.object({ password: z.string() }), "The password. It is not kept.") },
});

const command = route("incident.view", {
  method: "get",
  path: "/api/commands/{id}",
  summary: "How an order stands",
  request: { params },
  responses: { 200: json(commandSchema, "The order.") },
});

const withdraw = route("incident.remediate", {
  method: "post",
  path: "/api/commands/{id}/withdraw",
  summary: "Take back an order no worker has taken yet",
  request: { params },
  responses: { 200: json(commandSchema, "The withdrawn order.") },
});

export const incidentRoutes = createRouter()
  .openapi(list, async (c) => {
    const { status, tenantId } = c.req.valid("query");
    const filter = { ...(status ? { status } : {}), ...(tenantId ? { tenantId } : {}) };
    return c.json(await inScope(c, (tx) => listIncidentCards(tx, filter)), 200);
  })
  .openapi(one, async (c) => {
    const { id: incidentId } = c.req.valid("param");
    const viewer = c.get("viewer");
    const now = nowOf(c);
    const view = await inScope(c, async (tx) => {
      const page = await loadIncidentPage(tx, incidentId, now);
      const state = page && (await loadIncidentState(tx, incidentId));
      const [card] = page ? await listIncidentCards(tx, { id: incidentId }) : [];
      if (!page || !state || !card) return undefined;
      const { orgId, tenantId } = page.incident;
      await auditLook(tx, { orgId, tenantId, incidentId, object: "incident", name: viewer.name, now });
      const place = { id: incidentId, tenantId };
      const { occurredAt } = page.incident;
      const records = [
        ...(await listIncidentEvents(tx, place, { verdicts: ["attacker"], limit: IMPACT_ROWS_MAX })),
        ...(await listIncidentEvents(tx, place, {
          verdicts: ["owner", "unclear"],
          from: timelineFrom(occurredAt),
          limit: TIMELINE_ROWS_MAX,
        })),
      ].sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : 0));
      const blind = blindSpots(page.tenant, await listSources(tx, tenantId), { occurredAt, now });
      return incidentView({ viewer, card, page, state, commands: await listCommands(tx, incidentId), records, blind });
    });
    if (!view) throw notFound();
    return c.json(view, 200);
  })
  .openapi(order, async (c) => {
    const { id: incidentId } = c.req.valid("param");
    return c.json(await orderOnIncident(c, incidentId, c.req.valid("json")), 202);
  })
  .openapi(reveal, async (c) => {
    const { id: incidentId } = c.req.valid("param");
    const { secretId } = c.req.valid("json");
    const viewer = c.get("viewer");
    const now = nowOf(c);
    const password = await inScope(c, async (tx) => {
      const taken = await takeSecret(tx, { id: secretId, incidentId, memberId: viewer.memberId, now });
      if (!taken) throw notFound();
      const { orgId, tenantId, sealed } = taken;
      await writeAudit(tx, {
        orgId,
        tenantId,
        incidentId,
        at: now,
        actor: actorOf(viewer),
        action: "password.reveal",
        object: secretId,
      });
      return new TextDecoder().decode(unseal(c.get("deps").masterKey, PASSWORD_PURPOSE, incidentId, sealed));
    });
    return c.json({ password }, 200);
  })
  .openapi(command, async (c) => {
    const { id: commandId } = c.req.valid("param");
    const row = await inScope(c, (tx) => findCommand(tx, commandId));
    if (!row) throw notFound();
    return c.json(commandFor(c.get("viewer"), row), 200);
  })
  .openapi(withdraw, async (c) => {
    const { id: commandId } = c.req.valid("param");
    const viewer = c.get("viewer");
    const now = nowOf(c);
    const row = await inScope(c, async (tx) => {
      const known = await findCommand(tx, commandId);
      if (!known) throw notFound();
      assertMayOrder(c, known.kind);
      const withdrawn = await withdrawCommand(tx, commandId, now);
      if (!withdrawn) throw fail("conflict", "A worker has taken the order already; it cannot be taken back.");
      const { orgId, tenantId, incidentId } = withdrawn;
      const action = "command.withdraw";
      await writeAudit(tx, { orgId, tenantId, incidentId, at: now, actor: actorOf(viewer), action, object: commandId });
      return withdrawn;
    });
    return c.json(commandFor(viewer, row), 200);
  });
