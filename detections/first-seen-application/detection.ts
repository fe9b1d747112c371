import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import { DAY, type Seen } from "../world/seen.ts";

function appKey(seen: Seen): string | undefined {
  return seen.event.client.appId ?? seen.event.client.appName?.toLowerCase();
}

/** Application → when each account first used it. */
function usersByApp(events: readonly Seen[]): Map<string, Map<string, number>> {
  const out = new Map<string, Map<string, number>>();
  for (const seen of events) {
    const app = appKey(seen);
    if (!app || !seen.account || seen.event.outcome !== "success") continue;
    const users = out.get(app) ?? new Map<string, number>();
    out.set(app, users);
    if (!users.has(seen.account.key)) users.set(seen.account.key, seen.at);
  }
  return out;
}

const COLLEAGUES = 2;

export default defineDetection({
  id: "first-seen-application",
  title: "Application nobody here uses, from a strange place",
  severity: "low",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: ["New software, tried out on the road"],
  knownGaps: ["Attackers who open the mailbox in the browser use what everybody uses"],
  runbook: ["What does the application reach, and who publishes it?"],
  find: (world) => {
    const out: Finding[] = [];
    const signIns = world.byAction("sign-in");
    const users = usersByApp(signIns);
    for (const [account, events] of byAccount(signIns)) {
      const first = events.filter((s) => {
        const app = appKey(s);
        const seenBy = app ? users.get(app) : undefined;
        if (!seenBy || s.event.outcome !== "success") return false;
        if (s.place.standing !== "new" || s.place.strangeness < 1 || s.place.trustedDevice) return false;
        if ((seenBy.get(account.key) ?? s.at) < s.at - DAY / 2 || s.place.maturity < 1) return false;
        const colleagues = [...seenBy].filter(([key, at]) => key !== account.key && at < s.at).length;
        return colleagues < COLLEAGUES && world.accounts.length > COLLEAGUES;
      });
      for (const [app, run] of groupBy(first, appKey)) {
        const seen = run[0]!;
        out.push({
          account,
          events: run.slice(0, 3),
          known: seen,
          dedup: app,
          weight: weigh("app-first-seen"),
          reason: `${seen.event.client.appName ?? app} was used from ${seen.event.client.ip}; neither this account nor colleagues used it before.`,
        });
      }
    }
    return out;
  },
});
