import { graphTime } from "../../clock.ts";
import type { Json, Tenant } from "../../state/types.ts";
import { badRequest, denied } from "../errors.ts";
import { entity, page } from "../odata.ts";
import type { GraphRoutes } from "./route.ts";

const PATH = "/identity/conditionalAccess/policies";

export function conditionalAccessRoutes(routes: GraphRoutes): void {
  routes.on("get", PATH, [["Policy.Read.All"]], (call) =>
    page(call, call.tenant.policies, { defaultSize: 100, maxSize: 999 }, "identity/conditionalAccess/policies"),
  );
  routes.on("post", PATH, [["Policy.ReadWrite.ConditionalAccess", "Policy.Read.All"]], (call) => {
    if (!call.tenant.p1 && !call.tenant.p2) throw denied();
    const body = call.body();
    if (typeof body.displayName !== "string" || typeof body.conditions !== "object")
      throw badRequest("displayName and conditions are required.");
    const policy: Json = {
      id: call.world.rng.uuid(),
      createdDateTime: graphTime(call.now),
      modifiedDateTime: null,
      sessionControls: null,
      ...body,
    };
    call.tenant.policies.push(policy);
    call.effect({ effect: "create conditional access policy", target: String(policy.id), before: null, after: policy });
    return entity(call, policy, "identity/conditionalAccess/policies", undefined, 201);
  });
}

interface BlockPolicy {
  state?: string;
  conditions?: { users?: { includeUsers?: string[]; includeGroups?: string[]; excludeUsers?: string[] } };
  grantControls?: { builtInControls?: string[] } | null;
}

/** Whether an enabled policy refuses every new token of this user. */
export function blockedByPolicy(tenant: Tenant, userId: string): boolean {
  return (tenant.policies as BlockPolicy[]).some((policy) => {
    if (policy.state !== "enabled" || !policy.grantControls?.builtInControls?.includes("block")) return false;
    const users = policy.conditions?.users;
    if (users?.excludeUsers?.includes(userId)) return false;
    if (users?.includeUsers?.some((u) => u === "All" || u === userId)) return true;
    return tenant.groups.some((g) => users?.includeGroups?.includes(g.id) && g.members.includes(userId));
  });
}
