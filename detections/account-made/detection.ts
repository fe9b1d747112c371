import { defineDetection } from "../define-detection.ts";
import { isRoutine, settingsActs } from "../settings-acts.ts";

const ACTIONS = ["user.create", "user.invite", "user.update"] as const;

export default defineDetection({
  id: "account-made",
  title: "An account was made, invited or made a member",
  severity: "medium",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0003", technique: "T1136.003" }],
  falsePositives: ["Joiners and guests of projects"],
  knownGaps: ["Accounts that come from the company's own directory servers are made by the sync account"],
  runbook: ["Is there a person behind the account?", "Which roles and groups did it get?", "Disable it"],
  find: (world) =>
    settingsActs(world, ACTIONS, (seen) => {
      const { action, target, params } = seen.event;
      const whom = target?.upn ?? target?.name ?? target?.id ?? "?";
      if (action === "user.update") {
        if (!/member/i.test(params.UserType ?? "") || !/guest/i.test(params["UserType.old"] ?? "")) return undefined;
        return {
          key: "guest-to-member",
          title: "A guest was made a member",
          reason: `${whom} was a guest and is a member now.`,
          dedup: `${action}:${whom}`,
        };
      }
      if (isRoutine(seen, seen.account, ["user.create", "user.invite"])) return undefined;
      const invited = action === "user.invite";
      return {
        key: invited ? "guest-invited" : "account-made",
        title: invited ? "A guest was invited" : "An account was made",
        reason: `${seen.account.ref.upn} ${invited ? "invited" : "made the account"} ${whom}.`,
        dedup: `${action}:${whom}`,
      };
    }),
});
