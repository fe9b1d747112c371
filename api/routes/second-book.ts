import { z } from "@hono/zod-openapi";
import { auditLook } from "#db/repos/look.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { writeAudit } from "#db/repos/order.ts";
import { explainAct, listOutsideActs, listUnconfirmedWrites } from "#db/repos/second-book.ts";
import { CONFIRMED_BY_RECORD, RECORD_DELAY_MS } from "#domain/evidence/second-book.ts";
import { actorOf, inScope, nowOf } from "../context.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { id } from "../schema/parts.ts";
import { explainSchema, secondBookSchema } from "../schema/second-book.ts";

const params = z.object({ id });

const read = route("incident.view", {
  method: "get",
  path: "/api/tenants/{id}/second-book",
  summary: "Microsoft's book about Petra beside Petra's own",
  description:
    "Acts by Petra's application that no write of the ledger explains, and accepted writes that Microsoft's log has not shown in 24 hours.",
  request: { params },
  responses: { 200: json(secondBookSchema, "What the comparison found.") },
});

const explain = route("policy.stop", {
  method: "post",
  path: "/api/tenants/{id}/second-book/explain",
  summary: "Say in words what an act was that Petra did not order",
  request: { params, body: body(explainSchema) },
  responses: { 204: { description: "Kept, with your name." } },
});

export const secondBookRoutes = createRouter()
  .openapi(read, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const now = nowOf(c);
    const acceptedBefore = new Date(Date.parse(now) - RECORD_DELAY_MS).toISOString();
    const found = await inScope(c, async (tx) => {
      const tenant = await findTenant(tx, tenantId);
      if (!tenant) throw notFound();
      const look = { orgId: tenant.orgId, tenantId, incidentId: null, name: c.get("viewer").name, now };
      await auditLook(tx, { ...look, object: "second-book" });
      return {
        outside: await listOutsideActs(tx, tenantId),
        unconfirmed: await listUnconfirmedWrites(tx, tenantId, { kinds: CONFIRMED_BY_RECORD, acceptedBefore }),
      };
    });
    return c.json(
      {
        outside: found.outside.map((row) => ({
          actKey: row.actKey,
          operation: row.operation,
          target: row.target,
          occurredAt: row.occurredAt,
          foundAt: row.foundAt,
          explainedBy: row.explainedBy && "name" in row.explainedBy ? row.explainedBy.name : null,
          explainedReason: row.explainedReason,
        })),
        unconfirmed: found.unconfirmed.map((row) => ({ ...row, acceptedAt: row.acceptedAt ?? now })),
      },
      200,
    );
  })
  .openapi(explain, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const { actKey, reason } = c.req.valid("json");
    const now = nowOf(c);
    const by = actorOf(c.get("viewer"));
    const isKept = await inScope(c, async (tx) => {
      const tenant = await findTenant(tx, tenantId);
      if (!tenant) throw notFound();
      if (!(await explainAct(tx, { tenantId, actKey }, { by, reason, now }))) return false;
      const place = { orgId: tenant.orgId, tenantId, incidentId: null, at: now, actor: by };
      await writeAudit(tx, { ...place, action: "second-book.explained", object: actKey, detail: { reason } });
      return true;
    });
    if (!isKept) throw fail("conflict", "There is no such act, or somebody has explained it already.");
    return c.body(null, 204);
  });
