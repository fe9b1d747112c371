import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { was } from "../words.ts";
import { type Account, HOUR, type Seen } from "../world/seen.ts";

const MASS = 50;

function items(run: Seen[]): number {
  return run.reduce((sum, s) => sum + Math.min(s.event.mail?.itemCount ?? 1, 1000), 0);
}

/** How telling a run is, and the record from which on it is. */
function judged(run: Seen[], account: Account): { key: WeightKey; known: Seen | undefined } {
  const synchronised = run.find((s) => /sync/i.test(s.event.params.MailAccessType ?? ""));
  const machine = run.find(onMachine);
  const owner = machine && ownerElsewhere(run, account);
  if (synchronised)
    return machine && owner
      ? { key: "mail-sync-machine", known: owner.at > synchronised.at ? owner : synchronised }
      : { key: "mail-sync", known: synchronised };
  const massed = run.find((_, n) => items(run.slice(0, n + 1)) >= MASS);
  if (massed) return { key: "mail-read-mass", known: massed };
  if (machine && run.some(isHidden)) return { key: "mail-read-machine", known: machine };
  if (machine && owner) return { key: "mail-read-machine", known: owner.at > machine.at ? owner : machine };
  return { key: "mail-read", known: run[0] };
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
function ownerElsewhere(run: readonly Seen[], account: Account): Seen | undefined {
  const from = run[0]!.at - HOUR;
  const to = run.at(-1)!.at + HOUR;
  return account.events.find(
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
          const { key, known } = judged(run, account);
          out.push({
            account,
            events: run.slice(0, key === "mail-read" ? 4 : 12),
            known,
            dedup: `${ip}:${run[0]!.event.occurredAt.slice(0, 10)}`,
            weight: weigh(key),
            title:
              key === "mail-read" || key === "mail-read-machine"
                ? "Mail opened from a strange place"
                : "Mailbox read in bulk from a strange place",
            reason: `${was(items(run), "message")} ${key.startsWith("mail-sync") ? "synchronised" : "opened"} from ${ip}.`,
          });
        }
      }
    }
    return out;
  },
});
