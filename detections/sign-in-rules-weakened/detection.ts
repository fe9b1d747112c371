import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { withAccount } from "../windows.ts";
import { isSuccess, type Seen } from "../world/seen.ts";
import { changesIssuer, loosened } from "./loosened.ts";

function keyOf(seen: Seen): WeightKey | undefined {
  const { action } = seen.event;
  if (action === "domain.federation.set") return changesIssuer(seen.event) ? "federation-changed" : undefined;
  if (action === "mail-protection.disable") return "mail-protection-off";
  if (action === "policy.access.delete" || action === "policy.delete") return "access-policy-weakened";
  return action === "policy.access.update" && loosened(seen.event) ? "access-policy-weakened" : undefined;
}

function how(seen: Seen): string {
  const text = seen.event.action === "policy.access.update" ? loosened(seen.event) : undefined;
  return text ? `; ${text}` : "";
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
  knownGaps: ["A policy whose old text the record does not carry", "A group the policy names losing its members"],
  runbook: ["Put the policy back", "Who may issue sign-ins for which domain now?"],
  find: (world) => {
    const out: Finding[] = [];
    for (const seen of withAccount(
      world.byAction(
        "domain.federation.set",
        "policy.access.delete",
        "policy.delete",
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
        reason: `${seen.event.operation}: ${name}${how(seen)}.`,
      });
    }
    return out;
  },
});
