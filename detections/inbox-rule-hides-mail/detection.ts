import { defineDetection, type Finding } from "../define-detection.ts";
import { describeRule, hidingWeight, ruleDetail } from "../inbox-rules.ts";
import { weigh } from "../weights.ts";
import { withAccount } from "../windows.ts";
import { isSuccess } from "../world/seen.ts";
import { mailboxOf } from "../world/world.ts";

export default defineDetection({
  id: "inbox-rule-hides-mail",
  title: "Inbox rule hides mail from its owner",
  severity: "high",
  stage: "foothold",
  sources: ["unified-audit-log", "mailbox-audit"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0005", technique: "T1564.008" },
    { tactic: "TA0003", technique: "T1137.005" },
  ],
  falsePositives: [
    "People who delete newsletters, alerts and meeting answers by rule",
    "Ticket systems that file mail away",
  ],
  knownGaps: ["Rules made through MAPI may leave no record; the live inventory finds them"],
  runbook: [
    "Read the rule's conditions: money, warnings, or one colleague?",
    "Delete the rule; keep a copy for undo",
    "Restore what it removed",
  ],
  find: (world) => {
    const out: Finding[] = [];
    for (const seen of withAccount(world.byAction("inbox-rule.create", "inbox-rule.update", "inbox-rule.enable"))) {
      const { rule } = seen.event;
      const key = rule && isSuccess(seen) ? hidingWeight(rule) : undefined;
      if (!rule || !key) continue;
      out.push({
        account: seen.account,
        events: [seen],
        dedup: `${rule.name ?? rule.id ?? ""}:${seen.event.recordId}`,
        weight: weigh(key),
        title:
          key === "rule-plain" || key === "rule-hides-sender"
            ? "Inbox rule moves or deletes mail"
            : "Inbox rule hides mail from its owner",
        reason: `The rule "${rule.name ?? "without a name"}" ${describeRule(rule)}.`,
        artifacts: [
          {
            kind: "inbox-rule",
            name: rule.name ?? "(no name)",
            objectId: rule.id,
            mailbox: mailboxOf(seen, world),
            effect: describeRule(rule),
            detail: ruleDetail(rule),
          },
        ],
      });
    }
    return out;
  },
});
