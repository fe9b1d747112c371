import { defineDetection } from "../define-detection.ts";
import { isRoutine, settingsActs } from "../settings-acts.ts";
import type { Seen } from "../world/seen.ts";

const ACTIONS = [
  "user.password.reset",
  "user.password.force-change",
  "user.password.self-reset",
  "user.password.change",
  "user.enable",
  "auth-method.temporary-pass",
] as const;

const WHAT: Record<string, string> = {
  "user.password.reset": "reset the password of",
  "user.password.force-change": "reset the password of",
  "user.enable": "switched on the account",
  "auth-method.temporary-pass": "issued a temporary pass for",
};

function isAnother(seen: Seen): boolean {
  const { target, actor } = seen.event;
  if (!target?.id && !target?.upn) return false;
  return target.id !== actor.objectId && (target.upn === undefined || target.upn !== actor.upn);
}

export default defineDetection({
  id: "recovery-by-another",
  title: "The way back into an account was changed",
  severity: "medium",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0003", technique: "T1098" },
    { tactic: "TA0003", technique: "T1556.006" },
  ],
  falsePositives: ["The help desk, every day", "People who change their password on the road"],
  knownGaps: ["Resets on the company's own directory servers show only as a synchronised change"],
  runbook: ["Ask the help desk for the call that led to it", "Reset again from a trusted place and revoke sessions"],
  find: (world) =>
    settingsActs(world, ACTIONS, (seen) => {
      const { action } = seen.event;
      const what = WHAT[action];
      if (what && isAnother(seen)) {
        if (isRoutine(seen, seen.account, ACTIONS)) return undefined;
        const whom = seen.event.target?.upn ?? seen.event.target?.name ?? seen.event.target?.id ?? "somebody";
        return {
          key: action === "auth-method.temporary-pass" ? "temporary-pass-other" : "recovered-other",
          title: "Somebody else's way in was changed",
          reason: `${seen.account.ref.upn} ${what} ${whom}.`,
          dedup: `${action}:${whom}`,
        };
      }
      if (!/^user\.password\.(self-reset|change)$/.test(action) || seen.place.standing !== "new") return undefined;
      return {
        key: "password-changed-strange",
        title: "Password changed from a strange place",
        reason: `The password was changed from ${seen.event.client.ip}: ${seen.place.notes.join(", ")}.`,
        dedup: `${action}:${seen.event.recordId}`,
      };
    }),
});
