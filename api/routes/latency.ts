import { z } from "@hono/zod-openapi";
import { findLatency, type IncidentLatency, listLatencies } from "#db/repos/latency.ts";
import { auditLook, auditLooks } from "#db/repos/look.ts";
import { findIncident } from "#db/repos/portal-incident.ts";
import { findTenant } from "#db/repos/tenant.ts";
import { latencyOf, summarizeLatency } from "#domain/evidence/latency.ts";
import { inScope, nowOf } from "../context.ts";
import { notFound } from "../problem.ts";
import { createRouter, json, route } from "../route.ts";
import { latencySchema, ledgerSchema } from "../schema/evidence.ts";
import { id } from "../schema/parts.ts";

const DAY_MS = 86_400_000;
const DAYS_MAX = 400;

const one = route("incident.view", {
  method: "get",
  path: "/api/incidents/{id}/latency",
  summary: "How long each leg took from the attacker's act to the lock that was read back, and whose time it was",
  request: { params: z.object({ id }) },
  responses: { 200: json(ledgerSchema, "The ledger of one incident.") },
});

const report = route("incident.view", {
  method: "get",
  path: "/api/latency",
  summary: "Percentiles of each leg, for each tenant and for all of them",
  description:
    "Seconds; nearest rank, so that each figure was measured. What is not known is left out and counted apart, never taken as 0.",
  request: {
    query: z.object({
      tenantId: id.optional(),
      days: z.coerce.number().int().min(1).max(DAYS_MAX).default(90),
    }),
  },
  responses: { 200: json(latencySchema, "The percentiles.") },
});

export const latencyRoutes = createRouter()
  .openapi(one, async (c) => {
    const { id: incidentId } = c.req.valid("param");
    const found = await inScope(c, async (tx) => {
      const incident = await findIncident(tx, incidentId);
      if (!incident) throw notFound();
      const { orgId, tenantId } = incident;
      const name = c.get("viewer").name;
      await auditLook(tx, { orgId, tenantId, incidentId, object: "incident", name, now: nowOf(c) });
      return findLatency(tx, incidentId);
    });
    if (!found) throw notFound();
    return c.json(latencyOf(found.clock), 200);
  })
  .openapi(report, async (c) => {
    const { tenantId, days } = c.req.valid("query");
    const now = nowOf(c);
    const since = new Date(Date.parse(now) - days * DAY_MS).toISOString();
    const rows = await inScope(c, async (tx) => {
      if (tenantId && !(await findTenant(tx, tenantId))) throw notFound();
      const found = await listLatencies(tx, { since, ...(tenantId ? { tenantId } : {}) });
      const tenantIds = [...new Set(found.map((row) => row.tenant.id))];
      await auditLooks(tx, { tenantIds, object: "latency", name: c.get("viewer").name, now });
      return found;
    });
    return c.json({ since, all: summaryOf(rows), tenants: byTenant(rows) }, 200);
  });

const summaryOf = (rows: readonly IncidentLatency[]) => summarizeLatency(rows.map((row) => row.clock));

function byTenant(rows: readonly IncidentLatency[]) {
  const groups = Map.groupBy(rows, (row) => row.tenant.id);
  return [...groups.values()].flatMap((group) =>
    group[0] ? [{ tenant: group[0].tenant, summary: summaryOf(group) }] : [],
  );
}
