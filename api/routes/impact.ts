import { z } from "@hono/zod-openapi";
import { listIncidentEvents } from "#db/repos/portal-events.ts";
import { listSources, loadImpact } from "#db/repos/portal-impact.ts";
import { IMPACT_ROWS_MAX } from "#domain/limits.ts";
import { inScope, nowOf } from "../context.ts";
import { notFound } from "../problem.ts";
import { createRouter, json, route } from "../route.ts";
import { impactSchema } from "../schema/detection.ts";
import { id } from "../schema/parts.ts";
import { blindSpots } from "../view/blind-spots.ts";
import { impactView } from "../view/impact.ts";

const impact = route("incident.view", {
  method: "get",
  path: "/api/incidents/{id}/impact",
  summary: "What the attacker of an incident touched: mails, files, onward recipients, and how complete that is",
  request: { params: z.object({ id }) },
  responses: { 200: json(impactSchema, "The blast radius.") },
});

export const impactRoutes = createRouter().openapi(impact, async (c) => {
  const { id: incidentId } = c.req.valid("param");
  const now = nowOf(c);
  const view = await inScope(c, async (tx) => {
    const parts = await loadImpact(tx, incidentId);
    if (!parts) return undefined;
    const { tenantId, occurredAt } = parts.incident;
    const place = { id: incidentId, tenantId };
    const records = await listIncidentEvents(tx, place, { verdicts: ["attacker"], limit: IMPACT_ROWS_MAX });
    return impactView(parts, records, blindSpots(parts.tenant, await listSources(tx, tenantId), { occurredAt, now }));
  });
  if (!view) throw notFound();
  return c.json(view, 200);
});
