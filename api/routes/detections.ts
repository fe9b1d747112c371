import { z } from "@hono/zod-openapi";
import { auditLook } from "#db/repos/look.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { readOwnDetections } from "#db/repos/own-detections.ts";
import { countFirings, countNotables, countTenants } from "#db/repos/portal-detections.ts";
import { CATALOG } from "#detections/catalog.ts";
import { inScope, nowOf } from "../context.ts";
import { readQuality } from "../detection-quality.ts";
import { periodOf, periodQuery } from "../period.ts";
import { notFound } from "../problem.ts";
import { createRouter, json, route } from "../route.ts";
import { detectionCatalogSchema } from "../schema/detection.ts";
import { id } from "../schema/parts.ts";
import { catalogView } from "../view/detections.ts";

const catalog = route("incident.view", {
  method: "get",
  path: "/api/detections",
  summary: "Every detection: what it looks for, what it needs, what it misses, how often it fired here",
  request: { query: z.object({ tenantId: id.optional(), days: periodQuery }) },
  responses: { 200: json(detectionCatalogSchema, "The catalogue.") },
});

export const detectionRoutes = createRouter().openapi(catalog, async (c) => {
  const { tenantId, days } = c.req.valid("query");
  const now = nowOf(c);
  const period = periodOf(days, now);
  const quality = await readQuality();
  const view = await inScope(c, async (tx) => {
    const tenant = tenantId ? await findTenant(tx, tenantId) : undefined;
    if (tenantId && !tenant) return undefined;
    if (tenant) {
      const { name } = c.get("viewer");
      const object = `detections of ${tenant.id}`;
      await auditLook(tx, { orgId: tenant.orgId, tenantId: tenant.id, incidentId: null, object, name, now });
    }
    const counts = {
      firings: await countFirings(tx, period.from, tenantId),
      notables: await countNotables(tx, period.from, tenantId),
    };
    return catalogView({
      catalog: CATALOG,
      tenant,
      tenants: tenant ? 1 : await countTenants(tx),
      period,
      counts,
      quality,
      own: c.get("viewer").role === "external-guest" ? undefined : await readOwnDetections(tx),
    });
  });
  if (!view) throw notFound();
  return c.json(view, 200);
});
