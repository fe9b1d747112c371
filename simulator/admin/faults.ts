import type { Hono } from "hono";
import { z } from "zod";
import { FAULT_KINDS, isFaultKind } from "../state/faults.ts";
import type { Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";

/** Seeded switches of one tenant: which calls fail, how, how often. */
export function faultRoutes(app: Hono, world: World, tenantOf: (id: string) => Tenant): void {
  app.get("/admin/faults", (c) => c.json({ kinds: FAULT_KINDS }));
  app.get("/admin/tenants/:tid/faults", (c) => c.json({ faults: tenantOf(c.req.param("tid")).faults }));
  app.post("/admin/tenants/:tid/faults", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    const { kind, match, count, probability, skip, ...settings } = z
      .looseObject({
        kind: z.string().refine(isFaultKind, "unknown fault kind"),
        match: z.object({ method: z.string().optional(), pathPattern: z.string().optional() }).default({}),
        count: z.number().int().positive().optional(),
        probability: z.number().min(0).max(1).default(1),
        skip: z.number().int().min(0).default(0),
      })
      .parse(await c.req.json());
    const fault = { id: world.rng.uuid(), kind, match, remaining: count ?? null, probability, skip, settings };
    tenant.faults.push(fault);
    world.touched();
    return c.json(fault, 201);
  });
  app.delete("/admin/tenants/:tid/faults/:fault?", (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    const id = c.req.param("fault");
    tenant.faults = id ? tenant.faults.filter((f) => f.id !== id && f.kind !== id) : [];
    world.touched();
    return c.body(null, 204);
  });
}
