import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, runs } from "../windows.ts";
import { HOUR, isSuccess, type Seen } from "../world/seen.ts";

const MANY = 4;

function appName(seen: Seen): string {
  return seen.event.app?.name ?? seen.event.target?.name ?? seen.event.app?.appId ?? seen.event.recordId;
}

export default defineDetection({
  id: "applications-in-series",
  title: "Several applications made within hours",
  severity: "medium",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0003", technique: "T1098.001" }],
  falsePositives: ["Developers and administrators who set up a product with several parts"],
  knownGaps: ["One application is enough for a patient attacker"],
  runbook: ["Which of them got a secret or a permission?", "Delete what nobody claims"],
  find: (world) => {
    const out: Finding[] = [];
    const made = world.byAction("app.create").filter(isSuccess);
    for (const [account, events] of byAccount(made)) {
      for (const run of runs(events, 6 * HOUR)) {
        const names = [...new Set(run.map(appName))];
        if (names.length < MANY) continue;
        out.push({
          account,
          events: run.slice(0, 12),
          dedup: run[0]!.event.occurredAt.slice(0, 10),
          weight: weigh("apps-in-series"),
          reason: `${names.length} applications were made: ${names.slice(0, 4).join(", ")}.`,
          artifacts: names.slice(0, 10).map((name) => ({
            kind: "app-registration" as const,
            name,
            effect: "can be given a secret and permissions",
            detail: {},
          })),
        });
      }
    }
    return out;
  },
});
