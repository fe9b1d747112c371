import type { ThirdParty } from "./apps.ts";
import type { Pen, Session } from "./pen.ts";
import type { Staff } from "./staff.ts";
import { by } from "./wording.ts";

/** A person grants an application access: service principal if the company has none yet, grant, consent. */
export function consent(
  pen: Pen,
  at: number,
  staff: Staff,
  session: Session,
  app: ThirdParty,
  options: { isNew: boolean; allUsers?: boolean } = { isNew: true },
): void {
  const { rng } = pen;
  const actor = by(staff, session);
  const sp = {
    id: app.servicePrincipalId ?? rng.uuid(),
    type: "ServicePrincipal" as const,
    name: app.name,
    names: app.appId,
  };
  const category = "ApplicationManagement";
  if (options.isNew)
    pen.directory({
      at,
      operation: "Add service principal.",
      category,
      by: actor,
      target: sp,
      changes: [
        { name: "AccountEnabled", from: "[]", to: "[true]" },
        { name: "AppPrincipalId", from: "[]", to: JSON.stringify([app.appId]) },
        { name: "DisplayName", from: "[]", to: JSON.stringify([app.name]) },
        {
          name: "AppAddress",
          from: "[]",
          to: JSON.stringify([{ AddressType: 0, Address: app.replyUrl, ReplyAddressClientType: 1 }]),
        },
        ...(app.publisher
          ? [{ name: "VerifiedPublisher", from: "[]", to: JSON.stringify([{ DisplayName: app.publisher }]) }]
          : []),
      ],
    });
  const type = options.allUsers ? "AllPrincipals" : "Principal";
  pen.directory({
    at: at + 400,
    operation: "Add delegated permission grant.",
    category,
    by: actor,
    target: {
      id: "f2b5c1c9-5a0e-4c0e-8f5e-9d1a52b0b0aa",
      type: "ServicePrincipal",
      name: "Microsoft Graph",
      names: "00000003-0000-0000-c000-000000000000;https://graph.microsoft.com",
    },
    changes: [
      { name: "DelegatedPermissionGrant.Scope", from: "", to: ` ${app.scope}` },
      { name: "DelegatedPermissionGrant.ConsentType", from: "", to: type },
      { name: "ServicePrincipal.ObjectID", from: "", to: sp.id },
      { name: "ServicePrincipal.DisplayName", from: "", to: app.name },
      { name: "ServicePrincipal.AppId", from: "", to: app.appId },
    ],
  });
  pen.directory({
    at: at + 900,
    operation: "Consent to application.",
    category,
    by: actor,
    target: sp,
    changes: [
      { name: "ConsentContext.IsAdminConsent", from: "", to: options.allUsers ? "True" : "False" },
      { name: "ConsentContext.IsAppOnly", from: "", to: "False" },
      { name: "ConsentContext.OnBehalfOfAll", from: "", to: options.allUsers ? "True" : "False" },
      { name: "ConsentContext.Tags", from: "", to: "WindowsAzureActiveDirectoryIntegratedApp" },
      {
        name: "ConsentAction.Permissions",
        from: "",
        to: `[] => [[Id: ${rng.hex(24)}, ClientId: ${sp.id}, PrincipalId: ${options.allUsers ? "" : staff.user.id}, ResourceId: f2b5c1c9-5a0e-4c0e-8f5e-9d1a52b0b0aa, ConsentType: ${type}, Scope: ${app.scope}]]; `,
      },
      { name: "TargetId.ServicePrincipalNames", from: "", to: app.appId },
    ],
  });
}
