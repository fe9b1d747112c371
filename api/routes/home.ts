import { z } from "@hono/zod-openapi";
import { auditLooks } from "#db/repos/look.ts";
import { listStopped } from "#db/repos/policy.ts";
import { listIncidentCards } from "#db/repos/portal-cards.ts";
import { listTenantNames } from "#db/repos/portal-policy.ts";
import { listTenantRows } from "#db/repos/portal-tenants.ts";
import { may } from "#domain/access/may.ts";
import { type ApiContext, inScope, nowOf } from "../context.ts";
import { createRouter, json, route } from "../route.ts";
import { homeSchema } from "../schema/incident.ts";
import { id } from "../schema/parts.ts";
import { viewerSchema } from "../schema/tenant.ts";
import { homeView } from "../view/home.ts";

const me = route("signed-in", {
  method: "get",
  path: "/api/me",
  summary: "Who is signed in, and what he may do",
  responses: { 200: json(viewerSchema, "The viewer.") },
});

const home = route("tenant.view", {
  method: "get",
  path: "/api/home",
  summary: "Home: the sentence, the active incidents, the tenants",
  responses: { 200: json(homeSchema, "Home.") },
});

const usage = route("usage.view", {
  method: "get",
  path: "/api/usage",
  summary: "Tenants and users of the organization",
  responses: {
    200: json(
      z
        .object({
          totalTenants: z.int(),
          totalUsers: z.int(),
          tenants: z.array(
            z.object({ id, name: z.string(), phase: z.string(), users: z.int(), isScanOnly: z.boolean() }),
          ),
        })
        .openapi("Usage"),
      "Usage as of now.",
    ),
  },
});

/** The kill switch of the viewer's organization while it is on; a guest is not told. */
async function killSwitchFor(c: ApiContext) {
  const { orgId, role } = c.get("viewer");
  if (!orgId || role === "external-guest") return null;
  return inScope(c, async (tx) => {
    const on = await listStopped(tx, orgId);
    const [first] = on;
    if (!first) return null;
    const names = first.tenantId === null ? [] : await listTenantNames(tx, orgId);
    const tenants = names.filter(({ id: tenantId }) => on.some((row) => row.tenantId === tenantId));
    return { by: "name" in first.by ? first.by.name : "Petra", since: first.at, tenants };
  });
}

const DAY_MS = 86_400_000;

export const homeRoutes = createRouter()
  .openapi(me, async (c) => {
    const viewer = c.get("viewer");
    const { config } = c.get("deps");
    const can = (capability: Parameters<typeof may>[1]) => may(viewer, capability).ok;
    const maySeeExecutions = can("codec.decode") || (config.mode === "demo" && viewer.role === "admin");
    return c.json(
      {
        memberId: viewer.memberId,
        name: viewer.name,
        email: viewer.email,
        role: viewer.role,
        org: viewer.orgId ? { id: viewer.orgId, name: viewer.orgName ?? "" } : null,
        may: {
          remediate: can("incident.remediate"),
          manageTenants: can("tenant.manage"),
          publish: can("incident.publish"),
          approve: can("incident.approve"),
          seeUsage: can("usage.view"),
          seePolicy: can("policy.view"),
          runDrills: can("drill.run"),
        },
        killSwitch: await killSwitchFor(c),
        isDemo: config.mode === "demo",
        temporalUiUrl: maySeeExecutions ? config.temporalUiUrl : null,
      },
      200,
    );
  })
  .openapi(home, async (c) => {
    const now = nowOf(c);
    const viewer = c.get("viewer");
    const view = await inScope(c, async (tx) => {
      const tenants = await listTenantRows(tx, now);
      const detectedSince = new Date(Date.parse(now) - 30 * DAY_MS).toISOString();
      const recent = await listIncidentCards(tx, { detectedSince, limit: 10_000 });
      const active = await listIncidentCards(tx, { status: "open" });
      await auditLooks(tx, { tenantIds: active.map((card) => card.tenant.id), object: "home", name: viewer.name, now });
      return homeView({ active, recent: recent.filter((card) => card.status !== "dismissed").length, tenants });
    });
    return c.json(view, 200);
  })
  .openapi(usage, async (c) => {
    const rows = await inScope(c, (tx) => listTenantRows(tx, nowOf(c)));
    const tenants = rows.map(({ id: tenantId, name, phase, users, isScanOnly }) => ({
      id: tenantId,
      name,
      phase,
      users,
      isScanOnly,
    }));
    const totalUsers = tenants.reduce((sum, tenant) => sum + tenant.users, 0);
    return c.json({ totalTenants: tenants.length, totalUsers, tenants }, 200);
  });
