import { RESOURCE, ROLE } from "./identifiers.ts";

/** Application permissions our app registration asks for (requiredResourceAccess), by resource. */
export const REQUIRED_ROLES: Record<string, string[]> = {
  [RESOURCE.graph.audience]: [
    "User.Read.All",
    "User.EnableDisableAccount.All",
    "User.RevokeSessions.All",
    "User-PasswordProfile.ReadWrite.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "AuditLog.Read.All",
    "AuditLogsQuery.Read.All",
    "Directory.Read.All",
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Device.ReadWrite.All",
    "Mail.ReadWrite",
    "MailboxSettings.ReadWrite",
    "Organization.Read.All",
    "Policy.Read.All",
    "Policy.ReadWrite.ConditionalAccess",
    "RoleManagement.Read.Directory",
    "GroupMember.ReadWrite.All",
    "Group.ReadWrite.All",
    "ExchangeMessageTrace.Read.All",
    "DelegatedAdminRelationship.Read.All",
  ],
  [RESOURCE.management.audience]: ["ActivityFeed.Read"],
  [RESOURCE.exchange.audience]: ["Exchange.ManageAsApp"],
};

/** Directory roles an administrator assigns to our service principal in a second step; consent cannot. */
export const EXPECTED_DIRECTORY_ROLES: string[] = [
  ROLE.exchangeAdministrator,
  ROLE.userAdministrator,
  ROLE.privilegedAuthenticationAdministrator,
];

export const copyRoles = (roles: Record<string, string[]>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(roles).map(([audience, names]) => [audience, [...names]]));
