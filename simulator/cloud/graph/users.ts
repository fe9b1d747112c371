import { graphTime } from "../../clock.ts";
import { logDirectoryChange } from "../../records/our-changes.ts";
import { strike } from "../../state/faults.ts";
import { keepOldView, seenAll } from "../../state/lag.ts";
import type { Json, SimUser, Tenant } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, CloudError, denied } from "../errors.ts";
import { entity, page, readAsOf } from "../odata.ts";
import { json, noContent, requirePasswordRole, requireRoleForAdminTarget, seenUser, userOf } from "./find.ts";
import { type GraphRoutes, READ_USERS } from "./route.ts";

const DEFAULT_MEMBERS = [
  "businessPhones",
  "displayName",
  "givenName",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
  "id",
];
const WRITABLE_WHEN_SYNCED = new Set(["accountEnabled", "passwordProfile"]);

export function userRoutes(routes: GraphRoutes): void {
  routes.on("get", "/users", READ_USERS, (call) => {
    const signIns = call.query.get("$select")?.includes("signInActivity") ?? false;
    if (signIns) requirePremium(call);
    readAsOf(call);
    const users = seenAll(call.tenant, "user", call.tenant.users, call.now).map((u) =>
      userJson(u, signIns ? call.tenant : null),
    );
    return page(call, users, { defaultSize: 100, maxSize: 999, defaultSelect: DEFAULT_MEMBERS }, "users");
  });
  routes.on("get", "/users/:user", READ_USERS, (call) => {
    const signIns = call.query.get("$select")?.includes("signInActivity") ?? false;
    if (signIns) requirePremium(call);
    return entity(call, userJson(seenUser(call, userOf(call)), signIns ? call.tenant : null), "users", DEFAULT_MEMBERS);
  });
  routes.on(
    "patch",
    "/users/:user",
    [
      ["User.EnableDisableAccount.All", "User.Read.All"],
      ["User.ReadWrite.All"],
      ["User-PasswordProfile.ReadWrite.All"],
    ],
    patchUser,
  );
  routes.on(
    "post",
    "/users/:user/revokeSignInSessions",
    [["User.RevokeSessions.All"], ["User.ReadWrite.All"], ["Directory.ReadWrite.All"]],
    revokeSessions,
  );
}

export function requirePremium(call: Call): void {
  if (call.tenant.p1 || call.tenant.p2) return;
  throw new CloudError(
    403,
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    "Neither tenant is B2C or tenant doesn't have premium license",
  );
}

export function userJson(user: SimUser, withActivityOf: Tenant | null): Json {
  const last = withActivityOf?.signIns.findLast((s) => s.record.userId === user.id)?.record.createdDateTime ?? null;
  return {
    id: user.id,
    businessPhones: [],
    displayName: user.displayName,
    givenName: user.givenName,
    jobTitle: user.jobTitle,
    mail: user.mail,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: user.surname,
    userPrincipalName: user.upn,
    accountEnabled: user.accountEnabled,
    assignedLicenses: user.skus.map((skuId) => ({ disabledPlans: [], skuId })),
    createdDateTime: graphTime(user.createdAt),
    externalUserState: user.userType === "Guest" ? "Accepted" : null,
    isResourceAccount: null,
    lastPasswordChangeDateTime: graphTime(user.lastPasswordChangeAt),
    mailNickname: user.upn.split("@")[0],
    onPremisesImmutableId: user.onPremisesImmutableId,
    onPremisesSyncEnabled: user.onPremisesSyncEnabled,
    otherMails: [],
    passwordPolicies: null,
    proxyAddresses: user.proxyAddresses,
    securityIdentifier: user.sid,
    signInSessionsValidFromDateTime: graphTime(user.sessionsValidFrom),
    usageLocation: user.usageLocation,
    userType: user.userType,
    ...(withActivityOf
      ? {
          signInActivity: {
            lastSignInDateTime: last,
            lastNonInteractiveSignInDateTime: last,
            lastSuccessfulSignInDateTime: last,
          },
        }
      : {}),
  };
}

function patchUser(call: Call): Response {
  const user = userOf(call);
  const body = call.body();
  const members = Object.keys(body);
  if (members.includes("accountEnabled") && members.includes("passwordProfile")) throw denied();
  if (
    user.onPremisesSyncEnabled === true &&
    members.some((m) => !WRITABLE_WHEN_SYNCED.has(m) || m === "passwordProfile")
  ) {
    throw badRequest(
      "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.",
    );
  }
  const ignored =
    strike(call.tenant, "patch-ignored", { method: "PATCH", path: call.c.env.virtualPath }, call.world.rng) !==
    undefined;
  if (members.includes("accountEnabled")) setEnabled(call, user, body.accountEnabled, ignored);
  else if (members.includes("passwordProfile")) setPassword(call, user, body.passwordProfile as Json, ignored);
  else throw badRequest("The simulated cloud changes accountEnabled and passwordProfile only.");
  return noContent();
}

function setEnabled(call: Call, user: SimUser, value: unknown, ignored: boolean): void {
  const held = call.claims.roles;
  const allowed =
    held.includes("User.ReadWrite.All") ||
    (held.includes("User.EnableDisableAccount.All") && held.includes("User.Read.All"));
  if (!allowed) throw denied();
  if (typeof value !== "boolean")
    throw badRequest("Invalid value specified for property 'accountEnabled' of resource 'User'.");
  requireRoleForAdminTarget(call, user);
  const before = user.accountEnabled;
  if (!ignored && before !== value) {
    keepOldView(call.tenant, `user/${user.id}`, user, call.now);
    user.accountEnabled = value;
    if (!value) user.tokensCutAt = call.now;
    logDirectoryChange(call.world, call.tenant, {
      operation: value ? "Enable account." : "Disable account.",
      target: user,
      changes: [{ name: "AccountEnabled", from: `[${before}]`, to: `[${value}]` }],
      byApp: { id: call.claims.oid, name: "Petra M365 Security Analyzer", appId: call.claims.appid },
    });
  }
  call.effect({
    effect: value ? "enable account" : "disable account",
    target: user.id,
    before,
    after: user.accountEnabled,
  });
}

/** The password itself is never kept: only that there is a new one. */
function setPassword(call: Call, user: SimUser, profile: Json, ignored: boolean): void {
  requirePasswordRole(call);
  requireRoleForAdminTarget(call, user);
  const password = profile?.password;
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter(
    (c) => typeof password === "string" && c.test(password),
  ).length;
  if (
    typeof password !== "string" ||
    password.length < 8 ||
    password.length > 256 ||
    classes < 3 ||
    /password|welcome/i.test(password)
  ) {
    throw badRequest(
      "The specified password does not comply with password complexity requirements. Please provide a different password.",
    );
  }
  const before = { passwordGeneration: user.passwordGeneration };
  if (!ignored) {
    keepOldView(call.tenant, `user/${user.id}`, user, call.now);
    user.passwordGeneration += 1;
    user.tokensCutAt = call.now;
    user.lastPasswordChangeAt = call.now;
    user.mustChangePassword = profile.forceChangePasswordNextSignIn === true;
    logDirectoryChange(call.world, call.tenant, {
      operation: "Reset user password.",
      target: user,
      changes: [],
      byApp: { id: call.claims.oid, name: "Petra M365 Security Analyzer", appId: call.claims.appid },
    });
  }
  call.effect({
    effect: "reset password",
    target: user.id,
    before,
    after: { passwordGeneration: user.passwordGeneration },
  });
}

function revokeSessions(call: Call): Response {
  const user = userOf(call);
  const before = graphTime(user.sessionsValidFrom);
  keepOldView(call.tenant, `user/${user.id}`, user, call.now);
  user.sessionsValidFrom = call.now;
  user.tokensCutAt = call.now;
  logDirectoryChange(call.world, call.tenant, {
    operation: "Update StsRefreshTokenValidFrom Timestamp.",
    target: user,
    changes: [{ name: "StsRefreshTokensValidFrom", from: `["${before}"]`, to: `["${graphTime(call.now)}"]` }],
    byApp: { id: call.claims.oid, name: "Petra M365 Security Analyzer", appId: call.claims.appid },
  });
  call.effect({
    effect: "revoke sessions",
    target: user.id,
    before,
    after: new Date(user.sessionsValidFrom).toISOString(),
    changed: true,
  });
  const fault = strike(call.tenant, "revoke-status", { method: "POST", path: call.c.env.virtualPath }, call.world.rng);
  const status = Number(fault?.settings.status ?? 200);
  if (status === 204) return noContent();
  if (status === 202) return new Response(null, { status: 202, headers: { "content-type": "application/json" } });
  return json({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean", value: true });
}
