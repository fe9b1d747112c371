import { z } from "@hono/zod-openapi";
import { auditLook } from "#db/repos/look.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { describeAccounts, listFailedAttacks } from "#db/repos/portal-failed-attacks.ts";
import { listSources } from "#db/repos/portal-impact.ts";
import { FAILED_ATTACK_KINDS } from "#domain/incident/failed-attack.ts";
import { inScope, nowOf } from "../context.ts";
import { periodOf, periodQuery } from "../period.ts";
import { notFound } from "../problem.ts";
import { createRouter, json, route } from "../route.ts";
import { failedAttacksSchema } from "../schema/detection.ts";
import { id } from "../schema/parts.ts";
import { blindSpots } from "../view/blind-spots.ts";
import { failedAttacksView, knownAttacks, mostTargeted } from "../view/failed-attacks.ts";

const ROWS = 50;

const list = route("incident.view", {
  method: "get",
  path: "/api/tenants/{id}/failed-attacks",
  summary: "Attacks on a tenant that ended at the door: kinds, origins, most targeted accounts",
  request: {
    params: z.object({ id }),
    query: z.object({
      kind: z.enum(FAILED_ATTACK_KINDS).optional(),
      days: periodQuery,
      page: z.coerce.number().int().min(0).max(1_000).default(0),
    }),
  },
  responses: { 200: json(failedAttacksSchema, "The attacks, newest first.") },
});

export const failedAttackRoutes = createRouter().openapi(list, async (c) => {
  const { id: tenantId } = c.req.valid("param");
  const { kind, days, page } = c.req.valid("query");
  const now = nowOf(c);
  const period = periodOf(days, now);
  const view = await inScope(c, async (tx) => {
    const tenant = await findTenant(tx, tenantId);
    if (!tenant) return undefined;
    const { name } = c.get("viewer");
    const object = `failed attacks of ${tenantId}`;
    await auditLook(tx, { orgId: tenant.orgId, tenantId, incidentId: null, object, name, now });
    const attacks = knownAttacks(await listFailedAttacks(tx, tenantId, period.from));
    return failedAttacksView({
      tenant,
      period,
      attacks,
      described: await describeAccounts(tx, tenantId, mostTargeted(attacks)),
      page: { number: page, size: ROWS, kind },
      coverage: blindSpots(tenant, await listSources(tx, tenantId), { occurredAt: period.from, now }),
    });
  });
  if (!view) throw notFound();
  return c.json(view, 200);
});
