import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount } from "../windows.ts";
import { HOUR, type Seen } from "../world/seen.ts";

function byDeviceCode(seen: Seen): boolean {
  const { params, client } = seen.event;
  return /device_?code/i.test(
    `${params.originalTransferMethod ?? ""} ${params.authenticationProtocol ?? ""} ${client.protocol ?? ""}`,
  );
}

export default defineDetection({
  id: "device-code-sign-in",
  title: "Device code sign-in from a strange place",
  severity: "high",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log", "directory-audit"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0001", technique: "T1566.002" },
    { tactic: "TA0006", technique: "T1528" },
    { tactic: "TA0003", technique: "T1098.005" },
  ],
  falsePositives: ["Meeting room devices and command line tools that administrators use"],
  knownGaps: ["The unified audit log does not always name the protocol"],
  runbook: [
    "Ask whether the owner typed a code somewhere",
    "Remove a device registered right afterwards: its token outlives the password",
  ],
  find: (world) => {
    const out: Finding[] = [];
    const devices = byAccount(world.byAction("device.register", "device.owner.add", "device.user.add"));
    for (const [account, events] of byAccount(world.byAction("sign-in"))) {
      const done = new Set<string>();
      for (const seen of events) {
        if (
          seen.event.outcome !== "success" ||
          !byDeviceCode(seen) ||
          seen.place.standing !== "new" ||
          seen.place.trustedDevice
        )
          continue;
        const day = seen.event.occurredAt.slice(0, 10);
        if (done.has(day)) continue;
        done.add(day);
        const registered = (devices.get(account) ?? []).filter((d) => d.at >= seen.at && d.at - seen.at < 4 * HOUR);
        out.push({
          account,
          events: [seen, ...registered.slice(0, 3)],
          dedup: day,
          weight: weigh(registered.length > 0 ? "device-code-device" : "device-code"),
          title:
            registered.length > 0
              ? "Device registered with a phished device code"
              : "Device code sign-in from a strange place",
          reason:
            registered.length > 0
              ? `A device code was used from ${seen.event.client.ip} and a device registered right after.`
              : `A device code was used from ${seen.event.client.ip}: ${seen.place.notes.join(", ")}.`,
          artifacts: registered.slice(0, 1).map((d) => ({
            kind: "device" as const,
            name: d.event.params["Device.DisplayName"] ?? d.event.target?.name ?? "device",
            objectId: d.event.params["Device.ObjectID"] ?? d.event.target?.id,
            effect: "keeps a token that outlives the password",
            detail: {},
          })),
        });
      }
    }
    return out;
  },
});
