import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import type { Seen } from "../world/seen.ts";

function isReport(seen: Seen): boolean {
  const { action, params } = seen.event;
  return action === "mfa.fraud-reported" || /fraud/i.test(params.secondFactor ?? "");
}

export default defineDetection({
  id: "user-reported-prompt",
  title: "Owner reported a prompt he did not start",
  severity: "high",
  stage: "access",
  sources: ["directory-audit", "sign-in-log"],
  needs: ["ip"],
  attack: [{ tactic: "TA0006", technique: "T1621" }],
  falsePositives: ["A prompt of the owner's own forgotten telephone, reported by mistake"],
  knownGaps: ["Most owners who refuse a prompt do not report it"],
  runbook: [
    "The password is known to somebody: reset it",
    "Look for a sign-in that got through before or after the report",
  ],
  find: (world) => {
    const out: Finding[] = [];
    const reports = world.byAction("mfa.fraud-reported", "sign-in").filter(isReport);
    for (const [account, events] of byAccount(reports)) {
      for (const [day, run] of groupBy(events, (s) => s.event.occurredAt.slice(0, 10))) {
        out.push({
          account,
          events: run.slice(0, 6),
          dedup: day,
          weight: weigh("prompt-reported"),
          reason: `The owner reported ${run.length === 1 ? "a prompt" : `${run.length} prompts`} for a second factor as not his own.`,
        });
      }
    }
    return out;
  },
});
