import { z } from "@hono/zod-openapi";
import { auditLook } from "#db/repos/look.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { listCited, taggedPhish } from "#db/repos/portal-events.ts";
import { listSources } from "#db/repos/portal-impact.ts";
import { findUncommon, listUncommon } from "#db/repos/portal-uncommon.ts";
import { UNCOMMON_TYPES } from "#domain/incident/uncommon.ts";
import { CITED_ROWS_MAX } from "#domain/limits.ts";
import { inScope, nowOf } from "../context.ts";
import { periodOf, periodQuery } from "../period.ts";
import { notFound } from "../problem.ts";
import { createRouter, json, route } from "../route.ts";
import { uncommonEntrySchema, uncommonPageSchema } from "../schema/detection.ts";
import { id } from "../schema/parts.ts";
import { blindSpots } from "../view/blind-spots.ts";
import { uncommonEntry, uncommonPage } from "../view/uncommon.ts";

const ROWS = 50;
const params = z.object({ id });

const list = route("incident.view", {
  method: "get",
  path: "/api/tenants/{id}/uncommon",
  summary: "Uncommon Activity of a tenant: notable and judged innocent, never an incident",
  request: {
    params,
    query: z.object({
      type: z.enum(UNCOMMON_TYPES).optional(),
      days: periodQuery,
      page: z.coerce.number().int().min(0).max(1_000).default(0),
    }),
  },
  responses: { 200: json(uncommonPageSchema, "A page, newest first.") },
});

const one = route("incident.view", {
  method: "get",
  path: "/api/uncommon/{id}",
  summary: "One entry of Uncommon Activity with the records it cites",
  request: { params },
  responses: { 200: json(uncommonEntrySchema, "The entry.") },
});

export const uncommonRoutes = createRouter()
  .openapi(list, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const { type, days, page } = c.req.valid("query");
    const now = nowOf(c);
    const period = periodOf(days, now);
    const view = await inScope(c, async (tx) => {
      const tenant = await findTenant(tx, tenantId);
      if (!tenant) return undefined;
      const { name } = c.get("viewer");
      const object = `uncommon activity of ${tenantId}`;
      await auditLook(tx, { orgId: tenant.orgId, tenantId, incidentId: null, object, name, now });
      const filter = { tenantId, since: period.from, page, limit: ROWS, ...(type ? { type } : {}) };
      const coverage = blindSpots(tenant, await listSources(tx, tenantId), { occurredAt: period.from, now });
      return uncommonPage(await listUncommon(tx, filter), { period, page, chosen: type, coverage });
    });
    if (!view) throw notFound();
    return c.json(view, 200);
  })
  .openapi(one, async (c) => {
    const { id: entryId } = c.req.valid("param");
    const now = nowOf(c);
    const view = await inScope(c, async (tx) => {
      const found = await findUncommon(tx, entryId);
      if (!found) return undefined;
      const { orgId, tenantId } = found.entry;
      const { name } = c.get("viewer");
      const object = `uncommon activity of ${tenantId}`;
      await auditLook(tx, { orgId, tenantId, incidentId: null, object, name, now });
      const events = await listCited(tx, tenantId, found.entry.recordIds.slice(0, CITED_ROWS_MAX));
      return uncommonEntry(found, events, await taggedPhish(tx, tenantId));
    });
    if (!view) throw notFound();
    return c.json(view, 200);
  });
