import { RESOURCE } from "../state/identifiers.ts";
import type { Grant, ServicePrincipal, SimUser } from "../state/types.ts";
import type { Session, Stage } from "./stage.ts";

/** A user consents to an application: service principal if new, delegated grant, three Entra changes. */
export function consent(
  stage: Stage,
  at: number,
  user: SimUser,
  session: Session,
  app: {
    appId: string;
    name: string;
    scope: string;
    ownerTenant: string;
    publisher?: string;
    replyUrl: string;
    allUsers?: boolean;
  },
  logged = true,
): { sp: ServicePrincipal; grant: Grant } {
  const { rng, tenant } = stage;
  const by = { user, ip: session.from.ip, userAgent: "EvoSTS" };
  const graph = tenant.servicePrincipals.find((s) => s.appId === RESOURCE.graph.appId);
  if (!graph) throw new Error("the tenant lacks Microsoft Graph");
  let sp = tenant.servicePrincipals.find((s) => s.appId === app.appId);
  const target = (id: string) => ({ id, type: "ServicePrincipal" as const, name: app.name, names: app.appId });
  if (!sp) {
    sp = {
      id: rng.uuid(),
      appId: app.appId,
      displayName: app.name,
      accountEnabled: true,
      appOwnerOrganizationId: app.ownerTenant,
      createdAt: at,
      publisher: app.publisher
        ? {
            displayName: app.publisher,
            verifiedPublisherId: String(rng.int(1_000_000, 9_999_999)),
            addedDateTime: stageTime(at),
          }
        : null,
      replyUrls: [app.replyUrl],
      homepage: null,
      tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
      appRoles: [],
      passwordCredentials: [],
      keyCredentials: [],
    };
    tenant.servicePrincipals.push(sp);
    if (logged) {
      const changes = [
        { name: "AccountEnabled", from: "[]", to: "[true]" },
        { name: "AppPrincipalId", from: "[]", to: `["${app.appId}"]` },
        { name: "DisplayName", from: "[]", to: `["${app.name}"]` },
      ];
      stage.directory({
        at,
        operation: "Add service principal.",
        category: "ApplicationManagement",
        by,
        target: target(sp.id),
        changes,
      });
    }
  }
  const grant: Grant = {
    id: Buffer.from(`${sp.id}${user.id}`.replaceAll("-", ""), "hex").toString("base64url"),
    clientId: sp.id,
    consentType: app.allUsers ? "AllPrincipals" : "Principal",
    principalId: app.allUsers ? null : user.id,
    resourceId: graph.id,
    scope: ` ${app.scope}`,
  };
  tenant.grants.push(grant);
  tenant.appRoleAssignments.push({
    id: rng.uuid(),
    appRoleId: "00000000-0000-0000-0000-000000000000",
    createdDateTime: stageTime(at),
    principalDisplayName: user.displayName,
    principalId: user.id,
    principalType: "User",
    resourceDisplayName: app.name,
    resourceId: sp.id,
  });
  if (!logged) return { sp, grant };
  stage.directory({
    at: at + 400,
    operation: "Add delegated permission grant.",
    category: "ApplicationManagement",
    by,
    target: {
      id: graph.id,
      type: "ServicePrincipal",
      name: "Microsoft Graph",
      names: "00000003-0000-0000-c000-000000000000;https://graph.microsoft.com",
    },
    changes: [
      { name: "DelegatedPermissionGrant.Scope", from: "", to: grant.scope },
      { name: "DelegatedPermissionGrant.ConsentType", from: "", to: grant.consentType },
      { name: "ServicePrincipal.ObjectID", from: "", to: sp.id },
      { name: "ServicePrincipal.DisplayName", from: "", to: app.name },
      { name: "ServicePrincipal.AppId", from: "", to: app.appId },
    ],
  });
  const detail = `[] => [[Id: ${grant.id}, ClientId: ${sp.id}, PrincipalId: ${grant.principalId ?? ""}, ResourceId: ${graph.id}, ConsentType: ${grant.consentType}, Scope: ${grant.scope}]]; `;
  stage.directory({
    at: at + 900,
    operation: "Consent to application.",
    category: "ApplicationManagement",
    by,
    target: target(sp.id),
    changes: [
      { name: "ConsentContext.IsAdminConsent", from: "", to: app.allUsers ? "True" : "False" },
      { name: "ConsentContext.IsAppOnly", from: "", to: "False" },
      { name: "ConsentContext.OnBehalfOfAll", from: "", to: app.allUsers ? "True" : "False" },
      { name: "ConsentContext.Tags", from: "", to: "WindowsAzureActiveDirectoryIntegratedApp" },
      { name: "ConsentAction.Permissions", from: "", to: detail },
      { name: "TargetId.ServicePrincipalNames", from: "", to: app.appId },
    ],
  });
  return { sp, grant };
}

const stageTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
