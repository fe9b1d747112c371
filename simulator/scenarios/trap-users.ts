import type { Rng } from "../random.ts";
import type { SimUser, Tenant } from "../state/types.ts";
import { newMailbox } from "./mailbox.ts";

/**
 * Accounts that trip careless clients: a guest whose name holds #EXT# and somebody else whose name is what is left
 * when the # cuts the URL, a name with an apostrophe, an account without a cloud mailbox, one that lost sync.
 */
export function addTrapUsers(tenant: Tenant, rng: Rng): void {
  const model = tenant.users[2];
  if (!model) return;
  const add = (upn: string, change: Partial<SimUser>): void => {
    const id = rng.uuid();
    tenant.users.push({
      ...structuredClone(model),
      id,
      upn,
      mail: upn,
      displayName: upn.split("@")[0] ?? upn,
      proxyAddresses: [],
      roles: [],
      skus: [],
      puid: `1003200${rng.hex(9).toUpperCase()}`,
      mailbox: newMailbox(rng),
      ...change,
    });
    tenant.accountRoles[id] = "trap";
  };
  add(`visitor_partner.example#EXT#@${tenant.initialDomain}`, { userType: "Guest", mailbox: null });
  add("visitor_partner.example", {});
  add(`siobhan.o'neil@${tenant.domain}`, {});
  add(`onpremises.only@${tenant.domain}`, { mailbox: null });
  add(`once.synced@${tenant.domain}`, { onPremisesSyncEnabled: false, onPremises: null });
}
