import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, runs } from "../windows.ts";
import { isSuccess, MINUTE, type Seen } from "../world/seen.ts";

export default defineDetection({
  id: "device-registered",
  title: "A device was registered",
  severity: "medium",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0003", technique: "T1098.005" }],
  falsePositives: ["New computers and telephones, every day"],
  knownGaps: ["The registration carries the service's address; the sign-in before it decides"],
  runbook: ["Ask the owner about the device", "Disable it: its token outlives the password"],
  find: (world) => {
    const out: Finding[] = [];
    const events = world.byAction("device.register", "device.owner.add", "device.user.add").filter(isSuccess);
    for (const [account, all] of byAccount(events)) {
      for (const run of runs(all, 10 * MINUTE)) {
        const name = deviceName(run);
        out.push({
          account,
          events: run.slice(0, 4),
          known: run[0],
          dedup: `${name}:${run[0]!.event.occurredAt.slice(0, 10)}`,
          weight: weigh("device-registered"),
          reason: `The device "${name}" was registered.`,
          artifacts: [
            {
              kind: "device",
              name,
              objectId: run.map((s) => s.event.params["Device.ObjectID"]).find(Boolean),
              effect: "keeps a token that outlives the password",
              detail: {},
            },
          ],
        });
      }
    }
    return out;
  },
});

function deviceName(run: Seen[]): string {
  for (const seen of run) {
    const name =
      seen.event.params["Device.DisplayName"] ??
      (seen.event.target?.kind === "Device" ? seen.event.target.name : undefined);
    if (name) return name;
  }
  return "(no name)";
}
