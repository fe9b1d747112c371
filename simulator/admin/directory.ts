import type { Hono } from "hono";
import { z } from "zod";
import { createRng } from "../random.ts";
import { Stage } from "../scenarios/stage.ts";
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
  app.post("/admin/tenants/:tid/rename", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    const body = z.object({ userId: z.string(), upn: z.string() }).parse(await c.req.json());
    const user = tenant.users.find((u) => u.id === body.userId);
    if (!user) throw new RangeError("no such user in this tenant");
    if (tenant.users.some((u) => u !== user && u.upn.toLowerCase() === body.upn.toLowerCase()))
      throw new RangeError("somebody else has this name");
    const change = { name: "UserPrincipalName", from: JSON.stringify([user.upn]), to: JSON.stringify([body.upn]) };
    user.upn = body.upn;
    const admin = tenant.users[0];
    if (admin) {
      const stage = new Stage(world, tenant, createRng(`${tenant.seed}/rename/${user.id}`), true);
      const { from, agent } = stage.ownSession(admin, "office");
      stage.directory({
        at: world.clock.now(),
        operation: "Update user.",
        category: "UserManagement",
        by: { user: admin, ip: from.ip, userAgent: agent.userAgent },
        target: { id: user.id, type: "User", name: user.displayName, upn: user.upn, puid: user.puid },
        changes: [change],
      });
    }
    world.touched();
    return c.json({ upn: user.upn });
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
