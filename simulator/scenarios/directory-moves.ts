import type { Change } from "../records/directory.ts";
import {
  deviceChanges,
  deviceServiceAudit,
  type MethodName,
  securityInfoAudit,
  strongAuthenticationChange,
} from "../records/registration.ts";
import { ROLE_NAMES } from "../state/identifiers.ts";
import type { Device, Json, SimUser } from "../state/types.ts";
import { newMailbox } from "./mailbox.ts";
import type { Session, Stage } from "./stage.ts";

const directoryTarget = (user: SimUser) => ({
  id: user.id,
  type: "User" as const,
  name: user.displayName,
  upn: user.upn,
  puid: user.puid,
});

/** One more way to answer the second factor, on the account and in the logs. */
export function registerMethod(stage: Stage, at: number, user: SimUser, session: Session, name: MethodName): string {
  const { rng } = stage;
  const method =
    name === "Phone"
      ? {
          id: "3179e48a-750b-4051-897c-87b9720928f7",
          type: "phoneAuthenticationMethod",
          details: { phoneNumber: `+44 7700 900${rng.int(100, 999)}`, phoneType: "mobile" },
        }
      : {
          id: rng.uuid(),
          type: "microsoftAuthenticatorAuthenticationMethod",
          details: { displayName: rng.pick(["Pixel 8", "SM-A155F", "iPhone 14"]), deviceTag: "SoftwareTokenActivated" },
        };
  user.methods.push({ ...method, createdDateTime: new Date(at).toISOString() });
  stage.directoryAudit(at, securityInfoAudit(rng, at, user, session.from.ip, name));
  stage.directory(strongAuthenticationChange(at, user, name));
  return method.id;
}

/** A computer registered in the name of a user: its token outlives the password. */
export function registerDevice(stage: Stage, at: number, user: SimUser, name: string): Device {
  const { rng, tenant } = stage;
  const device: Device = {
    id: rng.uuid(),
    deviceId: rng.uuid(),
    displayName: name,
    accountEnabled: true,
    operatingSystem: "Windows",
    trustType: "Workplace",
    ownerId: user.id,
    registeredAt: at,
    lastSignInAt: at,
    isCompliant: false,
    isManaged: false,
  };
  tenant.devices.push(device);
  const shown = { id: device.id, deviceId: device.deviceId, name, os: "Windows" };
  for (const change of deviceChanges(at, user, shown)) stage.directory(change);
  stage.directoryAudit(at + 1_500, deviceServiceAudit(rng, at, user, shown));
  return device;
}

/** Whatever an administrator changes in the directory himself. */
export function adminChange(
  stage: Stage,
  at: number,
  admin: SimUser,
  session: Session,
  operation: string,
  category: string,
  target: Parameters<Stage["directory"]>[0]["target"],
  changes: Change[],
): string {
  const by = { user: admin, ip: session.from.ip, userAgent: session.agent.userAgent };
  return stage.directory({ at, operation, category, by, target, changes });
}

export function giveRole(
  stage: Stage,
  at: number,
  admin: SimUser,
  session: Session,
  member: SimUser,
  role: string,
): void {
  member.roles = [...new Set([...member.roles, role])];
  adminChange(stage, at, admin, session, "Add member to role.", "RoleManagement", directoryTarget(member), [
    { name: "Role.ObjectID", from: "", to: stage.rng.uuid() },
    { name: "Role.DisplayName", from: "", to: ROLE_NAMES[role] ?? "" },
    { name: "Role.TemplateId", from: "", to: role },
  ]);
}

/** A new account in the company's directory. */
export function addAccount(
  stage: Stage,
  at: number,
  admin: SimUser,
  session: Session,
  who: { upn: string; displayName: string; jobTitle: string },
): SimUser {
  const { rng, tenant } = stage;
  const user: SimUser = {
    ...structuredClone(admin),
    ...who,
    id: rng.uuid(),
    givenName: who.displayName.split(" ")[0] ?? "",
    surname: who.displayName.split(" ").slice(1).join(" "),
    mail: null,
    proxyAddresses: [],
    skus: [],
    roles: [],
    createdAt: at,
    lastPasswordChangeAt: at,
    sessionsValidFrom: at,
    tokensCutAt: at,
    puid: `1003200${rng.hex(9).toUpperCase()}`,
    onPremisesSyncEnabled: null,
    onPremisesImmutableId: null,
    onPremises: null,
    passwordGeneration: 1,
    mailbox: who.jobTitle === "" ? null : newMailbox(rng),
    methods: admin.methods.filter((m) => m.type === "passwordAuthenticationMethod"),
  };
  tenant.users.push(user);
  tenant.accountRoles[user.id] = "added";
  adminChange(stage, at, admin, session, "Add user.", "UserManagement", directoryTarget(user), [
    { name: "AccountEnabled", from: "[]", to: "[true]" },
    { name: "UserPrincipalName", from: "[]", to: JSON.stringify([user.upn]) },
  ]);
  return user;
}

/** A domain is added, proven and handed to an issuer elsewhere: from then on that issuer says who its people are. */
export function federateDomain(
  stage: Stage,
  at: number,
  admin: SimUser,
  session: Session,
  domain: { name: string; issuerUri: string; signInUri: string },
): void {
  const target = { id: stage.tenant.id, type: "Application" as const, name: domain.name, names: domain.name };
  const change = (after: number, operation: string, changes: Change[]): string =>
    adminChange(stage, at + after, admin, session, operation, "DirectoryManagement", target, changes);
  change(0, "Add unverified domain.", [{ name: "Name", from: "[]", to: JSON.stringify([domain.name]) }]);
  change(240_000, "Verify domain.", [{ name: "Name", from: "[]", to: JSON.stringify([domain.name]) }]);
  change(420_000, "Set domain authentication.", [{ name: "LiveType", from: '["Managed"]', to: '["Federated"]' }]);
  change(423_000, "Set federation settings on domain.", [
    { name: "IssuerUri", from: "[]", to: JSON.stringify([domain.issuerUri]) },
    { name: "PassiveLogOnUri", from: "[]", to: JSON.stringify([domain.signInUri]) },
  ]);
  stage.tenant.addedDomains.push({
    name: domain.name,
    verified: true,
    federation: { issuerUri: domain.issuerUri, passiveSignInUri: domain.signInUri, displayName: domain.name },
  });
}

/** The company's rule that everybody needs a second factor, as it stood before the story; such rules need P1. */
export function requireSecondFactor(stage: Stage): void {
  const policy: Json = {
    id: stage.rng.uuid(),
    displayName: "Require multifactor authentication for all users",
    state: "enabled",
    createdDateTime: "2025-01-14T09:00:00Z",
    modifiedDateTime: null,
    conditions: {
      users: { includeUsers: ["All"], excludeUsers: [] },
      applications: { includeApplications: ["All"] },
      clientAppTypes: ["all"],
    },
    grantControls: { operator: "OR", builtInControls: ["mfa"] },
    sessionControls: null,
  };
  if (stage.tenant.p1) stage.tenant.policies.push(policy);
}

/** A policy that guards sign-ins, changed; what it was and what it is stand in the record as Microsoft writes it. */
export function changePolicy(
  stage: Stage,
  at: number,
  admin: SimUser,
  session: Session,
  policy: Json,
  change: Json,
): void {
  const before = JSON.stringify({
    displayName: policy.displayName,
    state: policy.state,
    conditions: policy.conditions,
  });
  Object.assign(policy, change, { modifiedDateTime: new Date(at).toISOString() });
  const after = JSON.stringify({ displayName: policy.displayName, state: policy.state, conditions: policy.conditions });
  const name = String(policy.displayName);
  adminChange(
    stage,
    at,
    admin,
    session,
    "Update conditional access policy.",
    "Policy",
    { id: String(policy.id), type: "Application", name, names: name },
    [{ name: "ConditionalAccessPolicy", from: before, to: after }],
  );
}
