import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, runs } from "../windows.ts";
import { HOUR, isSuccess, type Seen } from "../world/seen.ts";

const ACTIONS = ["secret.bitlocker-key.read", "secret.local-admin-password.read", "directory.bulk-download"] as const;
const MANY = 3;

function device(seen: Seen): string {
  const { target, params } = seen.event;
  return target?.name ?? target?.id ?? params.deviceId ?? seen.event.recordId;
}

export default defineDetection({
  id: "stored-secret-read",
  title: "Stored secrets or the whole directory read",
  severity: "medium",
  stage: "act",
  sources: ["directory-audit"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0006", technique: "T1555" }],
  falsePositives: ["The help desk that unlocks a computer"],
  knownGaps: ["Reading the directory through Graph leaves no trace in these logs"],
  runbook: ["Change the secrets that were read", "Ask the help desk for the call that led to it"],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.byAction(...ACTIONS).filter(isSuccess))) {
      for (const run of runs(events, HOUR)) {
        const devices = new Set(run.map(device));
        const strange = run.some((s) => s.place.standing === "new" && !s.place.trustedDevice);
        if (devices.size < MANY && !strange) continue;
        const key: WeightKey = devices.size >= MANY ? "secrets-read" : "secret-read";
        out.push({
          account,
          events: run.slice(0, 8),
          dedup: run[0]!.event.occurredAt.slice(0, 13),
          weight: weigh(key),
          reason: `${run[0]!.event.operation}: ${[...devices].slice(0, 4).join(", ")}.`,
        });
      }
    }
    return out;
  },
});
