import { asList, asObject, asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { odataText, segment } from "./graph.ts";
import type { M365Tenant } from "./m365.ts";

type BlockDoor = Pick<
  M365Tenant,
  "prepareBlockGroup" | "isBlocking" | "isInGroup" | "addToGroup" | "removeFromGroup" | "readLastDirectorySync"
>;

const GROUP_NAME = "Petra: accounts that are let nowhere in";
const POLICY_NAME = "Petra: let nobody of the block group in";
const POLICIES = "/identity/conditionalAccess/policies";
const GRAPH_OBJECTS = "https://graph.microsoft.com/v1.0/directoryObjects";
const FIX = {
  otherwise:
    "Give Petra's application Group.ReadWrite.All and Policy.ReadWrite.ConditionalAccess, and the tenant Entra ID P1",
};

/**
 * A group whose members a Conditional Access policy refuses every new token ("Conditional Access: Block access"). It holds
 * where an account itself does not: directory synchronisation enables accounts, it does not touch cloud groups.
 */
export function blockGroupDoor(graph: Graph): BlockDoor {
  const isBlockedBy = async (groupId: string, objectId: string | null): Promise<boolean> =>
    (await graph.all({ path: POLICIES })).some((policy) => blocks(policy, groupId, objectId));
  const members = (groupId: string) => `/groups/${segment(groupId)}/members`;

  return {
    async prepareBlockGroup(emergencyObjectIds) {
      const named = { $filter: `displayName eq ${odataText(GROUP_NAME)}`, $select: "id,displayName" };
      const [known] = await graph.all({ path: "/groups", query: named });
      let groupId = asText(known?.id);
      if (!groupId) {
        const body = {
          displayName: GROUP_NAME,
          description: "Whoever is in here gets no new sign-in. Kept by Petra while a compromise is open.",
          mailEnabled: false,
          mailNickname: "petra-block-group",
          securityEnabled: true,
        };
        const made = await graph.write({ method: "POST", path: "/groups", body }, FIX);
        if (made.kind !== "accepted" || !made.newId) return made;
        groupId = made.newId;
      }
      if (await isBlockedBy(groupId, null)) return { kind: "accepted", requestId: undefined, newId: groupId };
      const policy = await graph.write(
        { method: "POST", path: POLICIES, body: policyFor(groupId, emergencyObjectIds) },
        FIX,
      );
      return policy.kind === "accepted" ? { ...policy, newId: groupId } : policy;
    },
    isBlocking: isBlockedBy,
    async isInGroup(groupId, objectId) {
      const rows = await graph.all({ path: members(groupId), query: { $select: "id", $top: "999" } });
      return rows.some((row) => row.id === objectId);
    },
    addToGroup: (groupId, objectId) =>
      graph.write(
        {
          method: "POST",
          path: `${members(groupId)}/$ref`,
          body: { "@odata.id": `${GRAPH_OBJECTS}/${objectId}` },
        },
        FIX,
      ),
    removeFromGroup: (groupId, objectId) =>
      graph.write({ method: "DELETE", path: `${members(groupId)}/${segment(objectId)}/$ref` }, FIX),
    async readLastDirectorySync() {
      const query = { $select: "id,onPremisesSyncEnabled,onPremisesLastSyncDateTime" };
      const [organization] = await graph.all({ path: "/organization", query });
      return asText(organization?.onPremisesLastSyncDateTime) ?? null;
    },
  };
}

/** Emergency accounts are left out by name too: whoever puts one into the group by mistake does not shut the last door. */
const policyFor = (groupId: string, emergencyObjectIds: readonly string[]) => ({
  displayName: POLICY_NAME,
  state: "enabled",
  conditions: {
    users: {
      includeGroups: [groupId],
      ...(emergencyObjectIds.length > 0 ? { excludeUsers: [...emergencyObjectIds] } : {}),
    },
    applications: { includeApplications: ["All"] },
    clientAppTypes: ["all"],
  },
  grantControls: { operator: "OR", builtInControls: ["block"] },
});

/**
 * Enabled, for this group, for all applications, without a way out for this account. Report-only and disabled policies block
 * nobody. Null: for whoever is not left out by name.
 */
function blocks(policy: Record<string, unknown>, groupId: string, objectId: string | null): boolean {
  const conditions = asObject(policy.conditions);
  const users = asObject(conditions?.users);
  const applications = asObject(conditions?.applications);
  const exclusions = [users?.excludeGroups, users?.excludeRoles, applications?.excludeApplications];
  return (
    policy.state === "enabled" &&
    asList(asObject(policy.grantControls)?.builtInControls).includes("block") &&
    asList(users?.includeGroups).includes(groupId) &&
    asList(applications?.includeApplications).includes("All") &&
    !(objectId !== null && asList(users?.excludeUsers).includes(objectId)) &&
    exclusions.every((list) => asList(list).length === 0)
  );
}
