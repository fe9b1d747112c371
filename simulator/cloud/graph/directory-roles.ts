import { ROLE_NAMES } from "../../state/identifiers.ts";
import type { Json, SimUser } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { notFound } from "../errors.ts";
import { page } from "../odata.ts";
import { userOf } from "./find.ts";
import { type GraphRoutes, READ_DIRECTORY } from "./route.ts";
import { userJson } from "./users.ts";

const READ = [["RoleManagement.Read.Directory"], ["RoleManagement.Read.All"], ...READ_DIRECTORY];
const PAGE = { defaultSize: 100, maxSize: 999 };

export function directoryRoleRoutes(routes: GraphRoutes): void {
  routes.on("get", "/directoryRoles", READ, (call) =>
    page(
      call,
      activeRoles(call).map((template) => roleJson(template)),
      PAGE,
      "directoryRoles",
    ),
  );
  routes.on("get", "/directoryRoles/:role/members", READ, (call) => {
    const template = templateOf(call);
    const members = call.tenant.users.filter((u) => u.roles.includes(template));
    return page(call, members.map(memberJson), PAGE, "directoryObjects");
  });
  routes.on("get", "/roleManagement/directory/roleAssignments", READ, (call) => {
    const people = call.tenant.users.flatMap((u) => u.roles.map((role) => assignmentJson(role, u.id)));
    const ours = call.tenant.installation.directoryRoles.map((role) =>
      assignmentJson(role, call.tenant.installation.servicePrincipalId),
    );
    return page(call, [...people, ...ours], PAGE, "roleManagement/directory/roleAssignments");
  });
  for (const relation of ["memberOf", "transitiveMemberOf"]) {
    routes.on("get", `/users/:user/${relation}`, READ, (call) => {
      const user = userOf(call);
      const groups = call.tenant.groups.filter((g) => g.members.includes(user.id));
      const value = [
        ...user.roles.map((r) => ({ "@odata.type": "#microsoft.graph.directoryRole", ...roleJson(r) })),
        ...groups.map((g) => ({ "@odata.type": "#microsoft.graph.group", id: g.id, displayName: g.displayName })),
      ];
      return page(call, value, PAGE, "directoryObjects");
    });
  }
}

const activeRoles = (call: Call): string[] => [...new Set(call.tenant.users.flatMap((u) => u.roles))];

/** Activated roles have an object id of their own; here it is derived from the template. */
const roleObjectId = (template: string): string => `0${template.slice(1, 8)}${template.slice(8)}`;

function templateOf(call: Call): string {
  const key = decodeURIComponent(call.c.req.param("role") ?? "");
  const template = key.startsWith("roleTemplateId=")
    ? key.slice(15)
    : activeRoles(call).find((t) => roleObjectId(t) === key);
  if (!template || !activeRoles(call).includes(template)) throw notFound(key);
  return template;
}

const roleJson = (template: string): Json => ({
  id: roleObjectId(template),
  displayName: ROLE_NAMES[template] ?? template,
  description: ROLE_NAMES[template] ?? template,
  roleTemplateId: template,
});

const assignmentJson = (role: string, principalId: string): Json => ({
  id: Buffer.from(`${role}${principalId}`).toString("base64url").slice(0, 44),
  roleDefinitionId: role,
  principalId,
  directoryScopeId: "/",
});

const memberJson = (user: SimUser): Json => {
  const { id, displayName, userPrincipalName, mail } = userJson(user, null);
  return { "@odata.type": "#microsoft.graph.user", id, displayName, userPrincipalName, mail };
};
