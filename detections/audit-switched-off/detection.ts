import { defineDetection } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { withAccount } from "../windows.ts";
import { isSuccess } from "../world/seen.ts";

export default defineDetection({
  id: "audit-switched-off",
  title: "Auditing was switched off",
  severity: "high",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0005", technique: "T1562.008" }],
  falsePositives: ["Bypass for a backup or migration account"],
  knownGaps: ["What happened while it was off is not in the log"],
  runbook: ["Switch it on again", "Say in the report from when to when nothing was recorded"],
  find: (world) =>
    withAccount(world.byAction("audit.disable"))
      .filter(isSuccess)
      .map((seen) => ({
        account: seen.account,
        events: [seen],
        dedup: `${seen.event.operation}:${seen.event.target?.name ?? seen.event.recordId}`,
        weight: weigh("audit-off"),
        reason: `${seen.event.operation} switched the record off for ${seen.event.target?.name ?? "the tenant"}.`,
      })),
});
