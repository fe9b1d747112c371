import { asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { odataText, segment } from "./graph.ts";
import type { M365Tenant } from "./m365.ts";

const PATH = "/roleManagement/directory/roleAssignments";
const FIX = {
  otherwise: "Remove the role in the Microsoft Entra admin center: Petra's application may not change role assignments",
};

type RoleDoor = Pick<M365Tenant, "listRoleAssignments" | "removeRoleAssignment" | "addRoleAssignment">;

/** Directory role assignments ("List unifiedRoleAssignments"). */
export function roleDoor(graph: Graph): RoleDoor {
  return {
    async listRoleAssignments(objectId) {
      const [assignments, roles] = await Promise.all([
        graph.all({ path: PATH, query: { $filter: `principalId eq ${odataText(objectId)}` } }),
        graph.all({ path: "/directoryRoles" }),
      ]);
      const own = assignments.filter((row) => row.principalId === objectId);
      return own.map((row) => {
        const role = roles.find((candidate) => candidate.roleTemplateId === row.roleDefinitionId);
        const roleId = String(row.roleDefinitionId);
        return { id: String(row.id), roleId, name: asText(role?.displayName) ?? roleId };
      });
    },
    removeRoleAssignment: (assignmentId) =>
      graph.write({ method: "DELETE", path: `${PATH}/${segment(assignmentId)}` }, FIX),
    addRoleAssignment: (objectId, roleId) =>
      graph.write(
        {
          method: "POST",
          path: PATH,
          body: { principalId: objectId, roleDefinitionId: roleId, directoryScopeId: "/" },
        },
        FIX,
      ),
  };
}
