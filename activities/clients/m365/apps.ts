import { asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { segment } from "./graph.ts";
import type { M365Tenant, WriteOutcome } from "./m365.ts";

/** Tenants of Microsoft's own applications: never touched. */
export const FIRST_PARTY_OWNERS = new Set([
  "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
  "72f988bf-86f1-41af-91ab-2d7cd011db47",
]);

type AppDoor = Pick<
  M365Tenant,
  | "readGrant"
  | "listGrants"
  | "deleteGrant"
  | "createGrant"
  | "readServicePrincipal"
  | "setServicePrincipalEnabled"
  | "readApplication"
  | "setApplicationEnabled"
>;

/** Consents, service principals and registrations. Disabling is preferred: a deleted principal returns with the next consent. */
export function appDoor(graph: Graph): AppDoor {
  const readServicePrincipal: AppDoor["readServicePrincipal"] = async (objectId) => {
    const row = await graph.find({
      path: `/servicePrincipals/${segment(objectId)}`,
      query: { $select: "id,appId,displayName,accountEnabled,appOwnerOrganizationId" },
    });
    return row ? toServicePrincipal(row) : null;
  };

  return {
    readServicePrincipal,
    readGrant: (grantId) => graph.find({ path: `/oauth2PermissionGrants/${segment(grantId)}` }),
    listGrants: (servicePrincipalId) =>
      graph.all({ path: `/servicePrincipals/${segment(servicePrincipalId)}/oauth2PermissionGrants` }),
    deleteGrant: (grantId) => graph.write({ method: "DELETE", path: `/oauth2PermissionGrants/${segment(grantId)}` }),
    createGrant: (grant) =>
      graph.write({
        method: "POST",
        path: "/oauth2PermissionGrants",
        body: {
          clientId: grant.clientId,
          consentType: grant.consentType,
          ...(grant.principalId ? { principalId: grant.principalId } : {}),
          resourceId: grant.resourceId,
          scope: grant.scope,
        },
      }),
    async setServicePrincipalEnabled(objectId, enabled) {
      const known = await readServicePrincipal(objectId);
      if (!known) return { kind: "gone", requestId: undefined };
      if (known.isFirstParty) return firstParty(known.name);
      return graph.write({
        method: "PATCH",
        path: `/servicePrincipals/${segment(objectId)}`,
        body: { accountEnabled: enabled },
      });
    },
    async readApplication(objectId) {
      const row = await graph.find({
        path: `/applications/${segment(objectId)}`,
        query: { $select: "id,appId,displayName,isDisabled" },
      });
      return row
        ? { enabled: row.isDisabled !== true, appId: String(row.appId), name: asText(row.displayName) ?? "" }
        : null;
    },
    setApplicationEnabled: (objectId, enabled) =>
      graph.write({
        method: "PATCH",
        path: `/applications/${segment(objectId)}`,
        body: { isDisabled: !enabled },
      }),
  };
}

export const toServicePrincipal = (row: Record<string, unknown>) => ({
  enabled: row.accountEnabled !== false,
  appId: String(row.appId),
  name: asText(row.displayName) ?? String(row.appId),
  isFirstParty: FIRST_PARTY_OWNERS.has(String(row.appOwnerOrganizationId)),
});

const firstParty = (name: string): WriteOutcome => ({
  kind: "refused",
  code: "FirstParty",
  reason: `${name} is one of Microsoft's own applications`,
  fix: "Nothing to do: Petra never touches Microsoft's own applications",
  requestId: undefined,
});
