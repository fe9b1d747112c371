import type { SimUser, Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";
import { type Change, directoryChange } from "./directory.ts";
import { addDirectoryAudit, addUal } from "./store.ts";

/** Writes of an application to a user leave records in both logs, like anybody else's. */
export function logDirectoryChange(
  world: World,
  tenant: Tenant,
  change: { operation: string; target: SimUser; changes: Change[]; byApp: { id: string; name: string; appId: string } },
): void {
  const at = world.clock.now();
  const { graph, ual } = directoryChange(tenant, world.rng, {
    at,
    operation: change.operation,
    category: "UserManagement",
    by: { app: change.byApp },
    target: {
      id: change.target.id,
      type: "User",
      name: change.target.displayName,
      upn: change.target.upn,
      puid: change.target.puid,
    },
    changes: change.changes,
  });
  addDirectoryAudit(world, tenant, at, graph, true);
  addUal(world, tenant, at, ual, true);
}
