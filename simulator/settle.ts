import { attackerActs, isTrick } from "./attacker/act.ts";
import { syncDirectory } from "./state/directory-sync.ts";
import type { World } from "./state/world.ts";

/** Does everything that is due by the virtual clock: sync cycles, the attacker's routine. */
export function settle(world: World): void {
  const now = world.clock.now();
  for (const tenant of world.tenants.values()) {
    while (tenant.sync.nextAt <= now) {
      syncDirectory(world, tenant, tenant.sync.nextAt);
      tenant.sync.nextAt += tenant.sync.everyMs;
      // after a long jump only the last cycle matters
      if (now - tenant.sync.nextAt > 100 * tenant.sync.everyMs) tenant.sync.nextAt = now;
    }
    const { attacker } = tenant;
    if (attacker?.autoEveryMs && attacker.nextAutoAt !== null && attacker.nextAutoAt <= now) {
      attacker.nextAutoAt = now + attacker.autoEveryMs;
      attackerActs(world, tenant, attacker.autoWhat.filter(isTrick));
    }
  }
}
