import { defineDetection } from "../define-detection.ts";
import { settingsActs } from "../settings-acts.ts";

const READS_ALL =
  /ApplicationImpersonation|Mailbox Import Export|Mailbox Search|eDiscovery|Discovery Management|Application (Mail|EWS|Exchange|IMAP|POP)|EWS\.AccessAsApp|full_access/i;
const RULES_ALL =
  /Organization Management|Role Management|Transport Rules|Recipient Management|Exchange Administrators|TenantAdmins/i;

export default defineDetection({
  id: "exchange-role-given",
  title: "A role over all mailboxes was given",
  severity: "high",
  stage: "foothold",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0003", technique: "T1098.002" },
    { tactic: "TA0004", technique: "T1098.003" },
  ],
  falsePositives: ["Backup, migration and archive products being set up"],
  knownGaps: ["The use of impersonation shows as the mailbox owner's own access with another application"],
  runbook: [
    "Which product needs the role?",
    "Take it away",
    "Look for mail read by the account or application that got it",
  ],
  find: (world) =>
    settingsActs(world, ["exchange-role.add"], (seen) => {
      const { params } = seen.event;
      const role = params.Role ?? params.Identity ?? params.Roles ?? params.Name ?? "";
      const whom =
        params.User ??
        params.App ??
        params.Member ??
        params.Members ??
        params.SecurityGroup ??
        params.Computer ??
        "somebody";
      const key = READS_ALL.test(role)
        ? "exchange-role-reads"
        : RULES_ALL.test(role)
          ? "exchange-role-rules"
          : undefined;
      if (!key) return undefined;
      return {
        key,
        title:
          key === "exchange-role-reads"
            ? "A role that opens all mailboxes was given"
            : "A role over the mail system was given",
        reason: `${whom} got "${role}".`,
        dedup: `${role}:${whom}`,
        artifacts: [
          { kind: "role-assignment", name: whom, effect: `has "${role}" over the mail system`, detail: { role } },
        ],
      };
    }),
});
