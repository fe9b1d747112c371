import { createRng } from "../random.ts";
import { createCompany } from "../scenarios/company.ts";
import { grantConsent } from "../state/consent.ts";
import { ROLE } from "../state/identifiers.ts";
import type { World } from "../state/world.ts";

/** Puts tenants under one partner (GDAP); the partner tenant is made when there is none yet. */
export function partnerOf(world: World, name: string, customers: string[], gdapRoles?: string[]) {
  let partner = world.partner;
  if (!partner) {
    const rng = createRng(`partner/${world.seed}/${name}`);
    const tenant = createCompany(rng, {
      seed: world.seed,
      story: "partner",
      name,
      now: world.clock.now(),
      p1: true,
      synced: false,
      people: 5,
    });
    tenant.sync.nextAt = world.clock.now() + tenant.sync.everyMs;
    world.tenants.set(tenant.id, tenant);
    grantConsent(world, tenant);
    partner = {
      tenantId: tenant.id,
      customers: [],
      users: tenant.users.slice(0, 1).map((u) => ({ upn: u.upn, displayName: u.displayName })),
    };
    world.partner = partner;
  }
  partner.gdapRoles = gdapRoles ?? partner.gdapRoles ?? [ROLE.privilegedAuthenticationAdministrator];
  partner.customers = [...new Set([...partner.customers, ...customers])];
  world.touched();
  return partner;
}
