import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { withAccount } from "../windows.ts";
import { isSuccess, type Seen } from "../world/seen.ts";

function keyOf(seen: Seen): WeightKey {
  return seen.event.action === "mfa.disable" ? "mfa-weakened" : "mfa-added";
}

export default defineDetection({
  id: "second-factor-changed",
  title: "A second factor was added or strong authentication taken off",
  severity: "medium",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0003", technique: "T1098.005" },
    { tactic: "TA0003", technique: "T1556.006" },
  ],
  falsePositives: ["A new telephone", "Joiners", "Help desk work"],
  knownGaps: ["The audit often carries no address; the sign-in before it decides"],
  runbook: ["Ask the owner about the new factor", "Remove it before the account is re-enabled"],
  find: (world) => {
    const out: Finding[] = [];
    for (const seen of withAccount(world.byAction("auth-method.add", "auth-method.temporary-pass", "mfa.disable"))) {
      if (!isSuccess(seen)) continue;
      const what = seen.event.params.resultReason ?? seen.event.operation;
      out.push({
        account: seen.account,
        events: [seen],
        dedup: `${seen.event.action}:${seen.event.recordId}`,
        weight: weigh(keyOf(seen)),
        title:
          seen.event.action === "mfa.disable" ? "Strong authentication was taken off" : "A second factor was added",
        reason: `${what}${seen.event.target?.upn && seen.event.target.upn !== seen.account.ref.upn ? ` for ${seen.event.target.upn}` : ""}.`,
        artifacts:
          seen.event.action === "mfa.disable"
            ? []
            : [
                {
                  kind: "mfa-method",
                  name: what,
                  mailbox: seen.account.ref.upn,
                  effect: "answers the second factor",
                  detail: {},
                },
              ],
      });
    }
    return out;
  },
});
