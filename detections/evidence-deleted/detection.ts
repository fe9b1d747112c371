import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { plural } from "../words.ts";
import { HOUR, isSuccess, type Seen } from "../world/seen.ts";

const SENT = /sent|gesendet|envoy|enviad|inviat|verzonden/i;
const WARNING =
  /undeliver|delivery (has failed|status)|unzustellbar|non remis|security alert|suspicious|phish|password|sign-in|hacked|is this (real|you)|spam/i;

function telling(seen: Seen): boolean {
  const mail = seen.event.mail;
  return SENT.test(mail?.folder ?? "") || WARNING.test(mail?.subject ?? "");
}

export default defineDetection({
  id: "evidence-deleted",
  title: "Mail removed that would have warned the owner",
  severity: "medium",
  stage: "act",
  sources: ["mailbox-audit"],
  needs: ["ip", "baseline", "session"],
  attack: [{ tactic: "TA0005", technique: "T1070.008" }],
  falsePositives: ["People clean up", "Mail programs purge on their own"],
  knownGaps: ["Deletions by rule show only as the rule"],
  runbook: ["Restore from the recoverable items", "Compare with what was sent just before"],
  find: (world) => {
    const out: Finding[] = [];
    const deletions = world
      .byAction("mail.delete", "mail.delete.soft", "mail.delete.hard")
      .filter((s) => isSuccess(s) && s.place.standing === "new" && !s.place.trustedDevice);
    for (const [account, events] of byAccount(deletions)) {
      for (const [ip, all] of groupBy(events, (s) => s.event.client.ip)) {
        for (const run of runs(all, HOUR)) {
          const cited = run.some(telling) ? run.filter(telling) : run;
          out.push({
            account,
            events: cited.slice(0, 8),
            known: cited[0],
            dedup: `${ip}:${run[0]!.event.occurredAt.slice(0, 13)}`,
            weight: weigh(run.some(telling) ? "evidence-deleted" : "mail-deleted"),
            title: run.some(telling)
              ? "Mail removed that would have warned the owner"
              : "Mail deleted from a strange place",
            reason: `${plural(run.length, "deletion")} from ${ip}${run.some(telling) ? ", among them sent mail or warnings" : ""}.`,
          });
        }
      }
    }
    return out;
  },
});
