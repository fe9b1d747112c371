import { defineDetection, type Finding } from "../define-detection.ts";
import { ruleDetail } from "../inbox-rules.ts";
import { worstOutside } from "../mail-destination.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { withAccount } from "../windows.ts";
import { isSuccess, type Seen } from "../world/seen.ts";
import { mailboxOf } from "../world/world.ts";

const BY_KIND: Record<string, WeightKey> = {
  outside: "forward-outside",
  freemail: "forward-freemail",
  disguised: "forward-disguised",
};

/** Wherever a mailbox sends its mail, whatever cmdlet, rule or setting does it. */
function destinations(seen: Seen): string[] {
  const { action, rule, params } = seen.event;
  if (action.startsWith("inbox-rule.")) return rule?.forwardsTo ?? [];
  return (params.forwardsTo ?? "").split(";").filter((a) => a !== "");
}

export default defineDetection({
  id: "mail-forwarded-outside",
  title: "Mailbox sends its mail outside",
  severity: "high",
  stage: "foothold",
  sources: ["unified-audit-log", "mailbox-audit"],
  needs: ["own-domains", "ip", "baseline"],
  attack: [
    { tactic: "TA0009", technique: "T1114.003" },
    { tactic: "TA0010", technique: "T1020" },
  ],
  falsePositives: [
    "Leavers and owners who send their mail to a private mailbox",
    "Forwarding to a service desk or CRM",
  ],
  knownGaps: [
    "A forward to a mail contact older than the log, or to a group with outside members, shows the name only",
  ],
  runbook: [
    "Who owns the destination?",
    "Remove the forwarding and look for the same destination in other mailboxes and transport rules",
  ],
  find: (world) => {
    const out: Finding[] = [];
    const events = world.byAction(
      "inbox-rule.create",
      "inbox-rule.update",
      "inbox-rule.enable",
      "mailbox.forwarding.set",
    );
    for (const seen of withAccount(events)) {
      const to = isSuccess(seen) ? worstOutside(destinations(seen), world) : undefined;
      if (!to) continue;
      const rule = seen.event.rule;
      const mailbox = mailboxOf(seen, world);
      out.push({
        account: seen.account,
        events: [seen],
        dedup: `${mailbox}:${to.address}:${seen.event.recordId}`,
        weight: weigh(BY_KIND[to.kind] ?? "forward-outside"),
        title: rule ? "Inbox rule sends mail outside" : "Mailbox forwarding leads outside",
        reason: `Mail of ${mailbox} goes to ${to.address}${to.kind === "disguised" ? ", a name that imitates another" : ""}.`,
        artifacts: [
          {
            kind: rule ? "inbox-rule" : "mailbox-forwarding",
            name: rule ? (rule.name ?? "(no name)") : to.address,
            objectId: rule?.id,
            mailbox,
            effect: `sends mail to ${to.address}`,
            detail: rule ? ruleDetail(rule) : { forwardsTo: to.address },
          },
        ],
      });
    }
    return out;
  },
});
