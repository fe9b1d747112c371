import { directoryChange } from "../records/directory.ts";
import { addDirectoryAudit, addUal } from "../records/store.ts";
import { keepOldView } from "./lag.ts";
import type { SimUser, Tenant } from "./types.ts";
import type { World } from "./world.ts";

/** Where the partner's administrators sit. */
const PARTNER_OFFICE = "198.51.100.77";

const adminOf = (world: World, upn: string): SimUser | undefined =>
  world.tenants.get(world.partner?.tenantId ?? "")?.users.find((user) => user.upn === upn);

/**
 * Ends the resets whose time has come. One that the on-premises directory takes changes the password there and here at
 * once, so that the next synchronisation leaves it alone; one that it refuses changes nothing.
 */
export function finishPasswordResets(world: World, tenant: Tenant): void {
  const now = world.clock.now();
  for (const reset of tenant.passwordResets ?? []) {
    if (reset.status === "succeeded" || reset.status === "failed") continue;
    reset.status = "running";
    if (reset.readyAt === null || reset.readyAt > now) continue;
    const user = tenant.users.find((one) => one.id === reset.userId);
    reset.status = reset.refusal || !user ? "failed" : "succeeded";
    world.touched();
    if (reset.status === "failed" || !user) continue;
    keepOldView(tenant, `user/${user.id}`, user, now);
    user.passwordGeneration += 1;
    if (user.onPremises) user.onPremises.passwordGeneration = user.passwordGeneration;
    user.lastPasswordChangeAt = reset.readyAt;
    user.tokensCutAt = reset.readyAt;
    user.mustChangePassword = true;
    const { graph, ual } = directoryChange(tenant, world.rng, {
      at: reset.readyAt,
      operation: "Reset user password.",
      category: "UserManagement",
      by: { user: adminOf(world, reset.by) ?? user, ip: PARTNER_OFFICE },
      target: { id: user.id, type: "User", name: user.displayName, upn: user.upn, puid: user.puid },
      changes: [],
    });
    addDirectoryAudit(world, tenant, reset.readyAt, graph, true);
    addUal(world, tenant, reset.readyAt, ual, true);
  }
}
