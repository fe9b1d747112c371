import { graphTime } from "../../clock.ts";
import { strike } from "../../state/faults.ts";
import { FIRST_PARTY_APP_IDS, MICROSOFT_TENANT } from "../../state/identifiers.ts";
import { keepOldView, seen, seenAll } from "../../state/lag.ts";
import type { Json, ServicePrincipal } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, denied, notFound } from "../errors.ts";
import { entity, page } from "../odata.ts";
import { noContent, userOf } from "./find.ts";
import { type GraphRoutes, READ_APPS, READ_DIRECTORY, READ_USERS, WRITE_APPS } from "./route.ts";

export const PAGE = { defaultSize: 100, maxSize: 999 };
const WRITE_GRANTS = [["DelegatedPermissionGrant.ReadWrite.All"], ["Directory.ReadWrite.All"]];
const WRITE_ASSIGNMENTS = [["AppRoleAssignment.ReadWrite.All"]];

export function appRoutes(routes: GraphRoutes): void {
  routes.on("get", "/servicePrincipals", READ_APPS, (call) =>
    page(
      call,
      seenAll(call.tenant, "sp", call.tenant.servicePrincipals, call.now).map(spJson),
      PAGE,
      "servicePrincipals",
    ),
  );
  routes.on("get", "/servicePrincipals/:sp", READ_APPS, (call) => {
    const sp = spOf(call);
    return entity(call, spJson(seen(call.tenant, `sp/${sp.id}`, sp, call.now) ?? sp), "servicePrincipals");
  });
  routes.on("patch", "/servicePrincipals/:sp", WRITE_APPS, patchServicePrincipal);
  routes.on("delete", "/servicePrincipals/:sp", WRITE_APPS, (call) => {
    const sp = thirdParty(call, spOf(call));
    call.tenant.servicePrincipals = call.tenant.servicePrincipals.filter((s) => s !== sp);
    call.effect({ effect: "delete service principal", target: sp.id, before: spJson(sp), after: null });
    return noContent();
  });
  routes.on("get", "/servicePrincipals/:sp/appRoleAssignments", READ_APPS, (call) => {
    const { id } = spOf(call);
    return page(
      call,
      call.tenant.appRoleAssignments.filter((a) => a.principalId === id).map(toJson),
      PAGE,
      "appRoleAssignments",
    );
  });
  routes.on("get", "/servicePrincipals/:sp/appRoleAssignedTo", READ_APPS, (call) => {
    const { id } = spOf(call);
    return page(
      call,
      call.tenant.appRoleAssignments.filter((a) => a.resourceId === id).map(toJson),
      PAGE,
      "appRoleAssignments",
    );
  });
  routes.on("get", "/servicePrincipals/:sp/oauth2PermissionGrants", READ_DIRECTORY, (call) => {
    const { id } = spOf(call);
    return page(
      call,
      seenAll(call.tenant, "grant", call.tenant.grants, call.now)
        .filter((g) => g.clientId === id)
        .map(toJson),
      PAGE,
      "oauth2PermissionGrants",
    );
  });
  routes.on("delete", "/servicePrincipals/:sp/appRoleAssignments/:assignment", WRITE_ASSIGNMENTS, (call) =>
    deleteAssignment(call, spOf(call).id),
  );
  routes.on("get", "/users/:user/appRoleAssignments", READ_USERS, (call) => {
    const { id } = userOf(call);
    return page(
      call,
      call.tenant.appRoleAssignments.filter((a) => a.principalId === id).map(toJson),
      PAGE,
      "appRoleAssignments",
    );
  });
  routes.on("delete", "/users/:user/appRoleAssignments/:assignment", WRITE_ASSIGNMENTS, (call) =>
    deleteAssignment(call, userOf(call).id),
  );
  routes.on("get", "/users/:user/oauth2PermissionGrants", READ_DIRECTORY, (call) => {
    const { id } = userOf(call);
    return page(
      call,
      seenAll(call.tenant, "grant", call.tenant.grants, call.now)
        .filter((g) => g.principalId === id)
        .map(toJson),
      PAGE,
      "oauth2PermissionGrants",
    );
  });
  routes.on("get", "/oauth2PermissionGrants", READ_DIRECTORY, (call) =>
    page(call, seenAll(call.tenant, "grant", call.tenant.grants, call.now).map(toJson), PAGE, "oauth2PermissionGrants"),
  );
  routes.on("get", "/oauth2PermissionGrants/:grant", READ_DIRECTORY, (call) => {
    const id = decodeURIComponent(call.c.req.param("grant") ?? "");
    const grant = seen(call.tenant, `grant/${id}`, call.tenant.grants.find((g) => g.id === id) ?? null, call.now);
    if (!grant) throw notFound(id);
    return entity(call, toJson(grant), "oauth2PermissionGrants");
  });
  routes.on("post", "/oauth2PermissionGrants", WRITE_GRANTS, (call) => {
    const body = call.body();
    const grant = {
      id: call.world.rng.uuid(),
      clientId: String(body.clientId),
      consentType: body.consentType === "AllPrincipals" ? ("AllPrincipals" as const) : ("Principal" as const),
      principalId: body.principalId ? String(body.principalId) : null,
      resourceId: String(body.resourceId),
      scope: String(body.scope ?? ""),
    };
    call.tenant.grants.push(grant);
    call.effect({ effect: "create delegated grant", target: grant.id, before: null, after: grant });
    return entity(call, toJson(grant), "oauth2PermissionGrants", undefined, 201);
  });
  routes.on("delete", "/oauth2PermissionGrants/:grant", WRITE_GRANTS, (call) => {
    const id = decodeURIComponent(call.c.req.param("grant") ?? "");
    const grant = call.tenant.grants.find((g) => g.id === id);
    if (!grant) throw notFound(id);
    keepOldView(call.tenant, `grant/${id}`, grant, call.now);
    call.tenant.grants = call.tenant.grants.filter((g) => g !== grant);
    call.effect({ effect: "delete delegated grant", target: id, before: grant, after: null });
    return noContent();
  });
}

/** By object id, or by the alternate key `servicePrincipals(appId='…')` which the pipeline turns into `appId=…`. */
export function spOf(call: Call): ServicePrincipal {
  const key = decodeURIComponent(call.c.req.param("sp") ?? "");
  const sp = call.tenant.servicePrincipals.find((s) =>
    key.startsWith("appId=") ? s.appId === key.slice(6) : s.id === key,
  );
  if (!sp) throw notFound(key);
  return sp;
}

/** Microsoft's own applications are never a target: refused, and remembered as a violation. */
export function thirdParty(call: Call, sp: ServicePrincipal): ServicePrincipal {
  if (sp.appOwnerOrganizationId === MICROSOFT_TENANT || FIRST_PARTY_APP_IDS.has(sp.appId)) {
    call.violation("first-party-target", `${sp.displayName} (${sp.appId})`);
    throw denied();
  }
  return sp;
}

function patchServicePrincipal(call: Call): Response {
  const sp = thirdParty(call, spOf(call));
  const { accountEnabled } = call.body();
  if (typeof accountEnabled !== "boolean") throw badRequest("The simulated cloud changes accountEnabled only.");
  const before = sp.accountEnabled;
  if (
    !strike(call.tenant, "patch-ignored", { method: "PATCH", path: call.c.env.virtualPath }, call.world.rng) &&
    before !== accountEnabled
  ) {
    keepOldView(call.tenant, `sp/${sp.id}`, sp, call.now);
    sp.accountEnabled = accountEnabled;
  }
  call.effect({
    effect: accountEnabled ? "enable service principal" : "disable service principal",
    target: sp.id,
    before,
    after: sp.accountEnabled,
  });
  return noContent();
}

function deleteAssignment(call: Call, principalId: string): Response {
  const id = decodeURIComponent(call.c.req.param("assignment") ?? "");
  const found = call.tenant.appRoleAssignments.find((a) => a.id === id && a.principalId === principalId);
  if (!found) throw notFound(id);
  call.tenant.appRoleAssignments = call.tenant.appRoleAssignments.filter((a) => a !== found);
  call.effect({ effect: "delete app role assignment", target: id, before: found, after: null });
  return noContent();
}

const toJson = (value: object): Json => ({ ...value });

function spJson(sp: ServicePrincipal): Json {
  return {
    id: sp.id,
    appId: sp.appId,
    displayName: sp.displayName,
    appDisplayName: sp.displayName,
    accountEnabled: sp.accountEnabled,
    appOwnerOrganizationId: sp.appOwnerOrganizationId,
    appRoleAssignmentRequired: false,
    appRoles: sp.appRoles.map((r) => ({
      ...r,
      allowedMemberTypes: ["Application"],
      description: r.displayName,
      isEnabled: true,
      origin: "Application",
    })),
    createdDateTime: graphTime(sp.createdAt),
    disabledByMicrosoftStatus: null,
    homepage: sp.homepage,
    keyCredentials: sp.keyCredentials,
    passwordCredentials: sp.passwordCredentials,
    replyUrls: sp.replyUrls,
    servicePrincipalNames: [sp.appId],
    servicePrincipalType: "Application",
    signInAudience: "AzureADMultipleOrgs",
    tags: sp.tags,
    verifiedPublisher: sp.publisher ?? { displayName: null, verifiedPublisherId: null, addedDateTime: null },
  };
}
