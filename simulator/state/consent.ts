import { RESOURCE } from "./identifiers.ts";
import { copyRoles, EXPECTED_DIRECTORY_ROLES, REQUIRED_ROLES } from "./permissions.ts";
import type { Installation, ServicePrincipal, Tenant } from "./types.ts";
import type { World } from "./world.ts";

/** What an administrator's approval does to a tenant: our service principal exists, roles are granted. */
export function grantConsent(
  world: World,
  tenant: Tenant,
  options: { roles?: Record<string, string[]> | undefined; directoryRoles?: string[] | undefined } = {},
): void {
  const { installation } = tenant;
  installation.state = "granted";
  installation.roles = copyRoles(options.roles ?? REQUIRED_ROLES);
  if (options.directoryRoles) installation.directoryRoles = [...options.directoryRoles];
  if (!tenant.servicePrincipals.some((sp) => sp.id === installation.servicePrincipalId)) {
    tenant.servicePrincipals.push(ourServicePrincipal(world, installation));
  }
  world.touched();
}

export function setInstallation(world: World, tenant: Tenant, state: Installation["state"]): void {
  tenant.installation.state = state;
  if (state === "removed" || state === "never") {
    tenant.installation.roles = {};
    tenant.installation.directoryRoles = [];
    tenant.servicePrincipals = tenant.servicePrincipals.filter(
      (sp) => sp.id !== tenant.installation.servicePrincipalId,
    );
    // a later consent makes a new service principal
    tenant.installation.servicePrincipalId = world.rng.uuid();
  }
  world.touched();
}

export function giveDirectoryRoles(world: World, tenant: Tenant, roles: string[] = EXPECTED_DIRECTORY_ROLES): void {
  tenant.installation.directoryRoles = [...roles];
  world.touched();
}

function ourServicePrincipal(world: World, installation: Installation): ServicePrincipal {
  return {
    id: installation.servicePrincipalId,
    appId: world.our.clientId,
    displayName: "Petra M365 Security Analyzer",
    accountEnabled: true,
    appOwnerOrganizationId: "11111111-2222-4333-8444-555555555555",
    createdAt: world.clock.now(),
    publisher: null,
    replyUrls: [],
    homepage: null,
    tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
    appRoles: [],
    passwordCredentials: [],
    keyCredentials: [],
  };
}

export const grantedScope = `${RESOURCE.graph.audience}/.default`;
