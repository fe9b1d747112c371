import type { Hono } from "hono";
import { z } from "zod";
import { ATTACKER_TRICKS, attackerActs, isTrick } from "../attacker/act.ts";
import type { Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";

/** Makes the attacker try to go on, once or at a pace. */
export function attackerRoutes(app: Hono, world: World, tenantOf: (id: string) => Tenant): void {
  app.post("/admin/tenants/:tid/attacker/act", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    const body = z
      .object({ what: z.union([z.string(), z.array(z.string())]).optional() })
      .parse(await c.req.json().catch(() => ({})));
    const what = body.what === undefined ? [...ATTACKER_TRICKS] : [body.what].flat();
    const unknown = what.find((w) => !isTrick(w));
    if (unknown) throw new RangeError(`unknown trick '${unknown}', known: ${ATTACKER_TRICKS.join(", ")}`);
    return c.json({ tries: attackerActs(world, tenant, what.filter(isTrick)) });
  });
  app.post("/admin/tenants/:tid/attacker/routine", async (c) => {
    const { attacker } = tenantOf(c.req.param("tid"));
    if (!attacker) throw new RangeError("nobody attacks this tenant");
    const body = z
      .object({ everyMs: z.number().int().positive().nullable(), what: z.array(z.string()).default([]) })
      .parse(await c.req.json());
    attacker.autoEveryMs = body.everyMs;
    attacker.autoWhat = body.what;
    attacker.nextAutoAt = body.everyMs === null ? null : world.clock.now() + body.everyMs;
    return c.json({ everyMs: attacker.autoEveryMs, what: attacker.autoWhat });
  });
}
