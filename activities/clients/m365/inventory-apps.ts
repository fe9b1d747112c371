import type { InventoryItem } from "#domain/incident/analysis.ts";
import { FIRST_PARTY_OWNERS, toServicePrincipal } from "./apps.ts";
import { asRows, asText } from "./faults.ts";
import type { Graph } from "./graph.ts";

const SP_PROPERTIES =
  "id,appId,displayName,accountEnabled,appOwnerOrganizationId,servicePrincipalType,createdDateTime,replyUrls,verifiedPublisher";

/** Foreign service principals, users' and administrators' consents to them, and registrations that hold credentials. */
export async function inventoryApps(graph: Graph, ownClientId: string): Promise<InventoryItem[]> {
  const [principals, grants, applications] = await Promise.all([
    graph.all({ path: "/servicePrincipals", query: { $select: SP_PROPERTIES, $top: "999" } }),
    graph.all({ path: "/oauth2PermissionGrants", query: { $top: "999" } }),
    graph.all({ path: "/applications", query: { $top: "999" } }),
  ]);
  const foreign = principals.filter(
    (row) =>
      !FIRST_PARTY_OWNERS.has(String(row.appOwnerOrganizationId)) &&
      row.appId !== ownClientId &&
      (row.servicePrincipalType ?? "Application") === "Application",
  );
  const byId = new Map(foreign.map((row) => [String(row.id), row]));
  return [
    ...foreign.map((row) => principalItem(row, grants)),
    ...grants.flatMap((grant) => {
      const client = byId.get(String(grant.clientId));
      return client ? [grantItem(grant, client)] : [];
    }),
    ...applications.filter((row) => row.appId !== ownClientId).flatMap(registrationItem),
  ];
}

function principalItem(row: Record<string, unknown>, grants: Record<string, unknown>[]): InventoryItem {
  const own = grants.filter((grant) => grant.clientId === row.id);
  const known = toServicePrincipal(row);
  const createdAt = asText(row.createdDateTime);
  return {
    kind: "service-principal",
    objectId: String(row.id),
    name: known.name,
    enabled: known.enabled,
    ...(createdAt ? { createdAt } : {}),
    detail: {
      appId: known.appId,
      ownerTenant: asText(row.appOwnerOrganizationId) ?? "",
      isVerified: String(Boolean(asText((row.verifiedPublisher as Record<string, unknown> | null)?.displayName))),
      scopes: [...new Set(own.flatMap((grant) => scopesOf(grant)))].join(" "),
    },
  };
}

function grantItem(grant: Record<string, unknown>, client: Record<string, unknown>): InventoryItem {
  const principalId = asText(grant.principalId);
  return {
    kind: "oauth-grant",
    objectId: String(grant.id),
    name: asText(client.displayName) ?? String(client.appId),
    enabled: client.accountEnabled !== false,
    detail: {
      appId: String(client.appId),
      servicePrincipalId: String(client.id),
      consentType: String(grant.consentType),
      scopes: scopesOf(grant).join(" "),
      ...(principalId ? { principalId } : {}),
    },
  };
}

function registrationItem(row: Record<string, unknown>): InventoryItem[] {
  const secrets = [...asRows(row.passwordCredentials), ...asRows(row.keyCredentials)];
  if (secrets.length === 0) return [];
  const newest = secrets
    .flatMap((secret) => asText(secret.startDateTime) ?? [])
    .sort()
    .at(-1);
  const createdAt = newest ?? asText(row.createdDateTime);
  return [
    {
      kind: "app-registration",
      objectId: String(row.id),
      name: asText(row.displayName) ?? String(row.appId),
      enabled: row.isDisabled !== true,
      ...(createdAt ? { createdAt } : {}),
      detail: { appId: String(row.appId), credentials: String(secrets.length) },
    },
  ];
}

/** Blank-separated, and may begin with a blank. */
const scopesOf = (grant: Record<string, unknown>): string[] =>
  (asText(grant.scope) ?? "").split(" ").filter((scope) => scope !== "");
