import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { HOUR, type Seen } from "../world/seen.ts";

const MASS = 50;

function items(run: Seen[]): number {
  return run.reduce((sum, s) => sum + Math.min(s.event.mail?.itemCount ?? 1, 1000), 0);
}

function keyOf(run: Seen[]): WeightKey {
  if (run.some((s) => /sync/i.test(s.event.params.MailAccessType ?? ""))) return "mail-sync";
  return items(run) >= MASS ? "mail-read-mass" : "mail-read";
}

export default defineDetection({
  id: "mail-read-in-bulk",
  title: "Mail read from a strange place",
  severity: "medium",
  stage: "act",
  sources: ["mailbox-audit"],
  needs: ["ip", "baseline", "session"],
  attack: [{ tactic: "TA0009", technique: "T1114.002" }],
  falsePositives: ["A new mail program that fetches everything", "Travel"],
  knownGaps: ["The record of opened mail is cut off above about a thousand a day"],
  runbook: ["List the messages and who is named in them", "Check whether the record was throttled"],
  find: (world) => {
    const out: Finding[] = [];
    const reads = world.byAction("mail.read").filter((s) => s.place.standing === "new" && !s.place.trustedDevice);
    for (const [account, events] of byAccount(reads)) {
      for (const [ip, all] of groupBy(events, (s) => s.event.client.ip)) {
        for (const run of runs(all, 6 * HOUR)) {
          const key = keyOf(run);
          out.push({
            account,
            events: run.slice(0, key === "mail-read" ? 4 : 12),
            dedup: `${ip}:${run[0]!.event.occurredAt.slice(0, 10)}`,
            weight: weigh(key),
            title:
              key === "mail-read" ? "Mail opened from a strange place" : "Mailbox read in bulk from a strange place",
            reason: `${items(run)} messages were ${key === "mail-sync" ? "synchronised" : "opened"} from ${ip}.`,
          });
        }
      }
    }
    return out;
  },
});
