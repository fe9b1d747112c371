import { DAY, graphTime } from "../../clock.ts";
import { ROLE } from "../../state/identifiers.ts";
import type { Json } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { denied } from "../errors.ts";
import { page } from "../odata.ts";
import type { GraphRoutes, Permission } from "./route.ts";

const READ: Permission = [
  ["DelegatedAdminRelationship.Read.All"],
  ["DelegatedAdminRelationship.ReadWrite.All"],
  ["Directory.ReadWrite.All"],
];
const PAGE = { defaultSize: 300, maxSize: 300 };

/** GDAP as the partner tenant sees it. Tokens of other tenants are refused. */
export function partnerRoutes(routes: GraphRoutes): void {
  routes.on("get", "/tenantRelationships/delegatedAdminCustomers", READ, (call) =>
    page(
      call,
      customers(call).map((t) => ({
        "@odata.etag": `W/"${t.id}"`,
        id: t.id,
        tenantId: t.id,
        displayName: t.displayName,
      })),
      PAGE,
      "tenantRelationships/delegatedAdminCustomers",
    ),
  );
  routes.on("get", "/tenantRelationships/delegatedAdminRelationships", READ, (call) =>
    page(
      call,
      customers(call).map((t) => relationship(call, t)),
      PAGE,
      "tenantRelationships/delegatedAdminRelationships",
    ),
  );
}

function customers(call: Call): { id: string; displayName: string }[] {
  const { partner, tenants } = call.world;
  if (partner?.tenantId !== call.tenant.id) throw denied();
  return partner.customers
    .flatMap((id) => tenants.get(id) ?? [])
    .map((t) => ({ id: t.id, displayName: t.displayName }));
}

function relationship(call: Call, customer: { id: string; displayName: string }): Json {
  return {
    "@odata.etag": `W/"${customer.id}"`,
    id: `${customer.id}-${call.tenant.id}`,
    displayName: `GDAP_${customer.displayName.replace(/\W+/g, "")}`,
    duration: "P730D",
    autoExtendDuration: "P180D",
    status: "active",
    customer: { tenantId: customer.id, displayName: customer.displayName },
    accessDetails: {
      unifiedRoles: [
        { roleDefinitionId: ROLE.exchangeAdministrator },
        { roleDefinitionId: ROLE.userAdministrator },
        { roleDefinitionId: ROLE.privilegedAuthenticationAdministrator },
      ],
    },
    createdDateTime: graphTime(call.now - 100 * DAY),
    activatedDateTime: graphTime(call.now - 99 * DAY),
    lastModifiedDateTime: graphTime(call.now - 99 * DAY),
    endDateTime: graphTime(call.now + 600 * DAY),
  };
}
