import type { Hono } from "hono";
import { z } from "zod";
import { syncDirectory } from "../state/directory-sync.ts";
import type { Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";

/** The on-premises side of synced accounts: an immediate sync cycle, and what an administrator does there. */
export function directoryRoutes(app: Hono, world: World, tenantOf: (id: string) => Tenant): void {
  app.post("/admin/tenants/:tid/sync", (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    return c.json({ changed: syncDirectory(world, tenant, world.clock.now()) });
  });
  app.post("/admin/tenants/:tid/roles", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    const body = z.object({ userId: z.string(), roles: z.array(z.string()) }).parse(await c.req.json());
    const user = tenant.users.find((u) => u.id === body.userId);
    if (!user) throw new RangeError("no such user in this tenant");
    user.roles = body.roles;
    world.touched();
    return c.json({ roles: user.roles });
  });
  app.post("/admin/tenants/:tid/on-premises", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    const body = z
      .object({ userId: z.string(), accountEnabled: z.boolean().optional(), resetPassword: z.boolean().optional() })
      .parse(await c.req.json());
    const user = tenant.users.find((u) => u.id === body.userId);
    if (!user?.onPremises) throw new RangeError("not a synced account");
    if (body.accountEnabled !== undefined) user.onPremises.accountEnabled = body.accountEnabled;
    if (body.resetPassword) user.onPremises.passwordGeneration = user.passwordGeneration + 1;
    world.touched();
    return c.json({ onPremises: user.onPremises });
  });
}
