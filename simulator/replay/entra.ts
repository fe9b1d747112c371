import { MICROSOFT_TENANT, ROLE_NAMES } from "../state/identifiers.ts";
import type { ServicePrincipal } from "../state/types.ts";
import type { Building } from "./build.ts";
import type { EntraChange } from "./directory.ts";

const GUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;

/** An Entra change of the logs, done again: applications, consents, credentials, roles, devices, account state. */
export function applyEntraChange(building: Building, change: EntraChange): void {
  const run =
    CHANGES[change.operation.toLowerCase()] ??
    (/^update application .* certificates/i.test(change.operation) ? addCredential : undefined);
  const why = run?.(building, change);
  if (why) building.notBuilt.push({ recordId: change.recordId, why: `${change.operation}: ${why}` });
}

type Apply = (building: Building, change: EntraChange) => string | null;

const CHANGES: Record<string, Apply> = {
  "add application": ({ tenant }, change) => {
    if (!change.targetId) return "no object id";
    if (tenant.applications.some((a) => a.id === change.targetId)) return null;
    const appId = change.values.AppId ?? change.values.AppPrincipalId ?? change.targetAppId ?? change.targetId;
    tenant.applications.push({
      id: change.targetId,
      appId,
      displayName: change.targetName ?? change.values.DisplayName ?? appId,
      createdAt: change.at,
      isDisabled: false,
      passwordCredentials: [],
      keyCredentials: [],
    });
    return null;
  },
  "add service principal": (building, change) => {
    if (!change.targetId) return "no object id";
    const made = servicePrincipal(
      building,
      change.targetId,
      change.values.AppPrincipalId ?? change.targetAppId,
      change.targetName,
      change.at,
    );
    if (change.byMicrosoft) made.appOwnerOrganizationId = MICROSOFT_TENANT;
    return null;
  },
  "add delegated permission grant": (building, change) => {
    const clientId = change.values["ServicePrincipal.ObjectID"];
    const scope = change.values["DelegatedPermissionGrant.Scope"];
    if (!clientId || !scope) return "no client or scope in the record";
    const resource = servicePrincipal(
      building,
      change.targetId ?? "",
      change.targetAppId,
      change.targetName,
      change.at,
    );
    const client = servicePrincipal(
      building,
      clientId,
      change.values["ServicePrincipal.AppId"] || null,
      change.values["ServicePrincipal.DisplayName"] || null,
      change.at,
    );
    const all = change.values["DelegatedPermissionGrant.ConsentType"] === "AllPrincipals";
    const principalId = all ? null : (building.findUser(change.actorUpn)?.id ?? change.actorId);
    const present = building.tenant.grants.find(
      (g) => g.clientId === client.id && g.principalId === principalId && g.resourceId === resource.id,
    );
    if (present) present.scope = scope;
    else
      building.tenant.grants.push({
        id: building.rng.hex(43),
        clientId: client.id,
        consentType: all ? "AllPrincipals" : "Principal",
        principalId,
        resourceId: resource.id,
        scope,
      });
    return null;
  },
  "consent to application": (building, change) => {
    if (!change.targetId) return "no service principal in the record";
    const sp = servicePrincipal(building, change.targetId, change.targetAppId, change.targetName, change.at);
    if (change.targetName) sp.displayName = change.targetName;
    return null;
  },
  "add app role assignment to service principal": (building, change) => {
    const principalId = change.values["ServicePrincipal.ObjectID"];
    const role = change.values["AppRole.Id"];
    if (!principalId || !role) return "no principal or role in the record";
    const resource = servicePrincipal(
      building,
      change.targetId ?? "",
      change.targetAppId,
      change.targetName,
      change.at,
    );
    const principal = servicePrincipal(
      building,
      principalId,
      change.values["ServicePrincipal.AppId"] ?? null,
      change.values["ServicePrincipal.DisplayName"] ?? null,
      change.at,
    );
    building.tenant.appRoleAssignments.push({
      id: building.rng.uuid(),
      appRoleId: role,
      createdDateTime: new Date(change.at).toISOString(),
      principalDisplayName: principal.displayName,
      principalId: principal.id,
      principalType: "ServicePrincipal",
      resourceDisplayName: resource.displayName,
      resourceId: resource.id,
    });
    return null;
  },
  "add member to role": (building, change) => {
    const user = building.findUser(change.targetUpn ?? change.targetId);
    const template =
      change.values["Role.TemplateId"] ??
      Object.entries(ROLE_NAMES).find(([, name]) => name === change.values["Role.DisplayName"])?.[0];
    if (!user) return "the member is not an account in these records";
    if (!template) return "the role is not named";
    if (!user.roles.includes(template)) user.roles.push(template);
    return null;
  },
  "remove member from role": (building, change) => {
    const user = building.findUser(change.targetUpn ?? change.targetId);
    if (!user) return "the member is not an account in these records";
    user.roles = user.roles.filter((r) => r !== change.values["Role.TemplateId"]);
    return null;
  },
  "add registered owner to device": (building, change) => {
    const owner = building.findUser(change.targetUpn ?? change.targetId);
    const id = change.values["Device.ObjectID"];
    if (!owner || !id) return "no owner or device in the record";
    if (building.tenant.devices.some((d) => d.id === id)) return null;
    building.tenant.devices.push({
      id,
      deviceId: building.rng.uuid(),
      displayName: change.values["Device.DisplayName"] ?? "Device",
      accountEnabled: true,
      operatingSystem: "Windows",
      trustType: "Workplace",
      ownerId: owner.id,
      registeredAt: change.at,
      lastSignInAt: change.at,
      isCompliant: false,
      isManaged: false,
    });
    return null;
  },
  "reset user password": (building, change) => passwordChanged(building, change),
  "change user password": (building, change) => passwordChanged(building, change),
  "disable account": (building, change) => setEnabled(building, change, false),
  "enable account": (building, change) => setEnabled(building, change, true),
  "delete user": (building, change) => {
    const user = building.findUser(change.targetUpn ?? change.targetId);
    if (!user) return "not an account in these records";
    building.tenant.users = building.tenant.users.filter((u) => u !== user);
    return null;
  },
};

function addCredential(building: Building, change: EntraChange): string | null {
  const app = building.tenant.applications.find((a) => a.id === change.targetId || a.appId === change.targetAppId);
  if (!app) return "the application was made before these records begin";
  const keyId = Object.values(change.values)
    .map((v) => /KeyIdentifier=([0-9a-f-]{36})/i.exec(v)?.[1])
    .find((v) => v !== undefined);
  app.passwordCredentials.push({
    keyId: keyId ?? building.rng.uuid(),
    displayName: "",
    startDateTime: new Date(change.at).toISOString(),
    endDateTime: new Date(change.at + 365 * 86_400_000).toISOString(),
    hint: "abc",
    customKeyIdentifier: null,
    secretText: null,
  });
  return null;
}

function passwordChanged(building: Building, change: EntraChange): string | null {
  const user = building.findUser(change.targetUpn ?? change.targetId);
  if (!user) return "not an account in these records";
  user.passwordGeneration += 1;
  user.lastPasswordChangeAt = change.at;
  return null;
}

function setEnabled(building: Building, change: EntraChange, enabled: boolean): string | null {
  const user = building.findUser(change.targetUpn ?? change.targetId);
  if (!user) return "not an account in these records";
  user.accountEnabled = enabled;
  return null;
}

function servicePrincipal(
  { tenant, rng }: Building,
  id: string,
  appId: string | null,
  name: string | null,
  at: number,
): ServicePrincipal {
  const known = tenant.servicePrincipals.find(
    (s) => s.id === id || (appId !== null && s.appId === (GUID.exec(appId)?.[0] ?? appId)),
  );
  if (known) {
    if (id && known.appOwnerOrganizationId === MICROSOFT_TENANT) known.id = id;
    if (name && known.displayName === known.appId) known.displayName = name;
    return known;
  }
  const clean = (appId && GUID.exec(appId)?.[0]) || rng.uuid();
  const made: ServicePrincipal = {
    id: id || rng.uuid(),
    appId: clean,
    displayName: name || clean,
    accountEnabled: true,
    appOwnerOrganizationId: tenant.id,
    createdAt: at,
    publisher: null,
    replyUrls: [],
    homepage: null,
    tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
    appRoles: [],
    passwordCredentials: [],
    keyCredentials: [],
  };
  tenant.servicePrincipals.push(made);
  return made;
}
