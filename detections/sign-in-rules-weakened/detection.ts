import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { withAccount } from "../windows.ts";
import { isSuccess, type Seen } from "../world/seen.ts";

function keyOf(seen: Seen): WeightKey | undefined {
  const { action, params } = seen.event;
  if (action === "domain.federation.set") return "federation-changed";
  if (action === "mail-protection.disable") return "mail-protection-off";
  if (action === "policy.access.delete") return "access-policy-weakened";
  if (action === "policy.access.update") {
    const before = params["ConditionalAccessPolicy.old"] ?? "";
    const after = params.ConditionalAccessPolicy ?? "";
    return /"state":"enabled"/.test(before) && !/"state":"enabled"/.test(after) ? "access-policy-weakened" : undefined;
  }
  return undefined;
}

export default defineDetection({
  id: "sign-in-rules-weakened",
  title: "Rules that guard the tenant were weakened",
  severity: "high",
  stage: "act",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0004", technique: "T1484.002" },
    { tactic: "TA0003", technique: "T1556.009" },
  ],
  falsePositives: ["Administrators who test or replace a policy", "A planned change of the federation"],
  knownGaps: ["An exclusion added to a policy that stays on"],
  runbook: ["Put the policy back", "Who may issue sign-ins for which domain now?"],
  find: (world) => {
    const out: Finding[] = [];
    for (const seen of withAccount(
      world.byAction(
        "domain.federation.set",
        "policy.access.delete",
        "policy.access.update",
        "mail-protection.disable",
      ),
    )) {
      const key = isSuccess(seen) ? keyOf(seen) : undefined;
      if (!key) continue;
      const name = seen.event.target?.name ?? seen.event.operation;
      out.push({
        account: seen.account,
        events: [seen],
        dedup: `${seen.event.action}:${name}`,
        weight: weigh(key),
        title:
          key === "federation-changed"
            ? "Who may issue sign-ins was changed"
            : "A rule that guards the tenant was weakened",
        reason: `${seen.event.operation}: ${name}.`,
      });
    }
    return out;
  },
});
