import { defineDetection, type Finding } from "../define-detection.ts";
import { JUDGEMENT, weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { type Account, HOUR, type Seen } from "../world/seen.ts";

const MAX_CITED = 6;
/** However strange one place is, alone it does not say that a stranger is in: see `strongAccess`. */
const WORST = 4.25;

function isStrange(seen: Seen): boolean {
  return seen.event.outcome === "success" && seen.place.standing === "new" && seen.place.strangeness >= 0.75;
}

/** People who left the building: acts in mailbox and files from a strange address count like its sign-in. */
const WORK = /^(sign-in|mail\.|file\.|inbox-rule|mailbox\.|share\.)/;

export default defineDetection({
  id: "unfamiliar-sign-in",
  title: "Account used from an unfamiliar place",
  severity: "low",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log", "mailbox-audit"],
  needs: ["ip", "agent", "baseline"],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: ["Travel", "A new provider or telephone", "A private VPN"],
  knownGaps: ["Residential proxies near the owner look like home", "Nothing is unfamiliar in the first days of a log"],
  runbook: [
    "Ask the owner about the place and the client",
    "Look at what was done from there before calling it anything",
  ],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.events)) {
      const strange = events.filter((s) => WORK.test(s.event.action) && isStrange(s));
      for (const [ip, all] of groupBy(strange, (s) => s.event.client.ip)) {
        for (const run of runs(all, 24 * HOUR)) out.push(finding(account, ip, run));
      }
    }
    return out;
  },
});

function finding(account: Account, ip: string, run: Seen[]): Finding {
  const worst = run.reduce((a, b) => (b.place.strangeness > a.place.strangeness ? b : a));
  const signIns = run.filter((s) => s.event.action === "sign-in");
  const cited = (signIns.length > 0 ? signIns : run).slice(0, MAX_CITED);
  const strangeness = Math.min(WORST, worst.place.strangeness);
  return {
    account,
    events: cited,
    known: run.find((s) => Math.min(WORST, s.place.strangeness) >= strangeness),
    dedup: `${ip}:${run[0]?.event.occurredAt.slice(0, 10) ?? ""}`,
    weight: weigh("unfamiliar-sign-in", strangeness),
    title:
      strangeness >= JUDGEMENT.suspiciousAccess
        ? "Account used from an unfamiliar place"
        : "Account used from a new address",
    reason: `Used from ${ip}: ${worst.place.notes.join(", ")}.`,
  };
}
