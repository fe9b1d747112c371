import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import { type Account, DAY, type Seen } from "../world/seen.ts";

const AUTOMATION_DAYS = 5;

export default defineDetection({
  id: "toolkit-sign-in",
  title: "A script library signed in as a person",
  severity: "medium",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log"],
  needs: ["agent", "ip", "baseline"],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: ["The company's own scripts and monitoring that sign in as a person"],
  knownGaps: ["The agent is claimed by the client; tools that copy a browser's are not seen here"],
  runbook: ["Ask who runs scripts under this account and from where"],
  find: (world) => {
    const out: Finding[] = [];
    const toolkit = world
      .byAction("sign-in")
      .filter((s) => s.event.outcome === "success" && s.facts.agent?.kind === "toolkit");
    for (const [account, events] of byAccount(toolkit)) {
      for (const [key, run] of groupBy(events, (s) => `${s.facts.agent?.family}:${s.event.client.ip ?? ""}`)) {
        out.push({
          account,
          events: run.slice(0, 5),
          dedup: key,
          weight: weigh(strange(run) && !isAutomation(account) ? "toolkit-sign-in" : "toolkit-sign-in-familiar"),
          reason: reason(run),
        });
      }
    }
    return out;
  },
});

/** An account that signs in by libraries and nothing else, day after day, belongs to a machine, not to a person. */
function isAutomation(account: Account): boolean {
  const good = account.events.filter((s) => s.event.action === "sign-in" && s.event.outcome === "success");
  const tools = good.filter((s) => s.facts.agent?.kind === "toolkit");
  const days = new Set(tools.map((s) => Math.floor(s.at / DAY)));
  return days.size >= AUTOMATION_DAYS && tools.length >= good.length * 0.95;
}

function strange(run: Seen[]): boolean {
  return run.some((s) => s.place.standing === "new" && s.place.newAgent && !s.place.trustedDevice);
}

function reason(run: Seen[]): string {
  const first = run[0];
  return `${first?.facts.agent?.family ?? "A library"} signed in from ${first?.event.client.ip ?? "an unknown address"}.`;
}
