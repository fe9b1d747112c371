import { z } from "@hono/zod-openapi";
import { auditLook } from "#db/repos/look.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { listIncidentCards } from "#db/repos/portal-cards.ts";
import { loadScanPage } from "#db/repos/portal-scan.ts";
import { listTenantRows } from "#db/repos/portal-tenants.ts";
import { inScope, nowOf } from "../context.ts";
import { addTenant } from "../onboarding.ts";
import { orderOnTenant } from "../orders.ts";
import { notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { scanSchema } from "../schema/incident.ts";
import { commandSchema, id, orderSchema } from "../schema/parts.ts";
import { addTenantResultSchema, addTenantSchema, tenantSchema } from "../schema/tenant.ts";
import { scanView } from "../view/scan.ts";

const params = z.object({ id });

const list = route("tenant.view", {
  method: "get",
  path: "/api/tenants",
  summary: "Tenants of the viewer, by name",
  responses: { 200: json(z.array(tenantSchema), "Tenants.") },
});

const one = route("tenant.view", {
  method: "get",
  path: "/api/tenants/{id}",
  summary: "One tenant",
  request: { params },
  responses: { 200: json(tenantSchema, "The tenant.") },
});

const add = route("tenant.manage", {
  method: "post",
  path: "/api/tenants",
  summary: "Add a tenant and get the link its Global Administrator approves",
  request: { body: body(addTenantSchema) },
  responses: { 201: json(addTenantResultSchema, "The tenant waits for consent.") },
});

const order = route("tenant.view", {
  method: "post",
  path: "/api/tenants/{id}/commands",
  summary: "Give an order about a tenant",
  description: "Each kind of order asks for its own right: managing tenants, or remediating.",
  request: { params, body: body(orderSchema) },
  responses: { 202: json(commandSchema, "The order as it stands.") },
});

const scan = route("incident.view", {
  method: "get",
  path: "/api/tenants/{id}/scan",
  summary: "The newest scan of a tenant",
  request: { params },
  responses: { 200: json(scanSchema, "The scan.") },
});

export const tenantRoutes = createRouter()
  .openapi(list, async (c) => c.json(await inScope(c, (tx) => listTenantRows(tx, nowOf(c))), 200))
  .openapi(one, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const now = nowOf(c);
    const row = await inScope(c, async (tx) => {
      const found = await findTenant(tx, tenantId);
      if (!found) return undefined;
      const { name } = c.get("viewer");
      await auditLook(tx, { orgId: found.orgId, tenantId, incidentId: null, object: `tenant ${tenantId}`, name, now });
      return (await listTenantRows(tx, now, tenantId))[0];
    });
    if (!row) throw notFound();
    return c.json(row, 200);
  })
  .openapi(add, async (c) => c.json(await addTenant(c, c.req.valid("json")), 201))
  .openapi(order, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    return c.json(await orderOnTenant(c, tenantId, c.req.valid("json")), 202);
  })
  .openapi(scan, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const view = await inScope(c, async (tx) => {
      const page = await loadScanPage(tx, tenantId);
      if (!page) return undefined;
      const findings = await listIncidentCards(tx, {
        tenantId,
        ...(page.scan.startedAt ? { detectedSince: page.scan.startedAt } : {}),
      });
      return scanView(page, findings, nowOf(c));
    });
    if (!view) throw notFound();
    return c.json(view, 200);
  });
