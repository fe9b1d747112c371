import { directoryChange } from "../records/directory.ts";
import { addDirectoryAudit, addUal } from "../records/store.ts";
import type { Tenant } from "./types.ts";
import type { World } from "./world.ts";

/**
 * One cycle of the on-premises directory sync: in mode "reverts" the cloud takes the on-premises value of
 * accountEnabled and passwords again; in mode "stays" only on-premises password changes travel.
 * Returns the ids of accounts it changed.
 */
export function syncDirectory(world: World, tenant: Tenant, at: number): string[] {
  const changed: string[] = [];
  if (tenant.users.some((user) => user.onPremisesSyncEnabled === true)) tenant.sync.lastAt = at;
  for (const user of tenant.users) {
    if (user.onPremisesSyncEnabled !== true || !user.onPremises) continue;
    if (user.passwordGeneration < user.onPremises.passwordGeneration) {
      user.passwordGeneration = user.onPremises.passwordGeneration;
      user.lastPasswordChangeAt = at;
      changed.push(user.id);
    }
    if (tenant.sync.mode === "stays" || user.accountEnabled === user.onPremises.accountEnabled) continue;
    user.accountEnabled = user.onPremises.accountEnabled;
    changed.push(user.id);
    const { graph, ual } = directoryChange(tenant, world.rng, {
      at,
      operation: user.accountEnabled ? "Enable account." : "Disable account.",
      category: "UserManagement",
      by: {
        app: {
          id: tenant.id,
          name: "Sync_DC01_on-premises directory sync",
          appId: "6eb59a73-39b2-4c23-a70f-e2e3ce8965b1",
        },
      },
      target: { id: user.id, type: "User", name: user.displayName, upn: user.upn, puid: user.puid },
      changes: [{ name: "AccountEnabled", from: `[${!user.accountEnabled}]`, to: `[${user.accountEnabled}]` }],
    });
    addDirectoryAudit(world, tenant, at, graph, true);
    addUal(world, tenant, at, ual, true);
  }
  if (changed.length > 0) world.touched();
  return changed;
}
