import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { type Account, HOUR, type Seen } from "../world/seen.ts";

const MASS = 50;

function items(run: Seen[]): number {
  return run.reduce((sum, s) => sum + Math.min(s.event.mail?.itemCount ?? 1, 1000), 0);
}

function keyOf(run: Seen[], account: Account): WeightKey {
  if (run.some((s) => /sync/i.test(s.event.params.MailAccessType ?? ""))) return "mail-sync";
  if (items(run) >= MASS) return "mail-read-mass";
  return run.some(onMachine) && (run.some(isHidden) || ownerElsewhere(run, account))
    ? "mail-read-machine"
    : "mail-read";
}

const MACHINES = /^(hosting|tor|residential-proxy)$/;

/** Not where people sit, and unlike anything the account did before. */
function onMachine({ facts, place }: Seen): boolean {
  return MACHINES.test(facts.ip?.kind ?? "") && place.strangeness >= 2;
}

function isHidden({ facts }: Seen): boolean {
  return facts.ip?.kind === "tor";
}

/** Somebody who switches a VPN on takes his browser with him; here one works on at home meanwhile. */
function ownerElsewhere(run: readonly Seen[], account: Account): boolean {
  const from = run[0]!.at - HOUR;
  const to = run.at(-1)!.at + HOUR;
  return account.events.some(
    (s) =>
      s.at >= from &&
      s.at <= to &&
      s.facts.agent?.kind === "browser" &&
      s.event.outcome !== "failure" &&
      (s.place.standing === "own" || s.place.standing === "company"),
  );
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
          const key = keyOf(run, account);
          out.push({
            account,
            events: run.slice(0, key === "mail-read" ? 4 : 12),
            dedup: `${ip}:${run[0]!.event.occurredAt.slice(0, 10)}`,
            weight: weigh(key),
            title:
              key === "mail-read" || key === "mail-read-machine"
                ? "Mail opened from a strange place"
                : "Mailbox read in bulk from a strange place",
            reason: `${items(run)} messages were ${key === "mail-sync" ? "synchronised" : "opened"} from ${ip}.`,
          });
        }
      }
    }
    return out;
  },
});
