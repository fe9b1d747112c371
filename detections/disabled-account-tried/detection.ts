import { defineDetection, type Finding } from "../define-detection.ts";
import { JUDGEMENT, weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { DAY, HOUR, type Seen } from "../world/seen.ts";

const REFUSED = new Set(["50057"]);
/** Somebody who comes back days later must have tried this often, and few others may sign in from there. */
const PROBED = 3;
const MOST_VISITED = 2;

function isTried(seen: Seen): boolean {
  return REFUSED.has(seen.event.resultCode ?? "") && seen.place.standing === "new" && !seen.place.trustedDevice;
}

export default defineDetection({
  id: "disabled-account-tried",
  title: "The address that tried a disabled account got into this one",
  severity: "medium",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: ["A leaver's telephone that keeps asking from the family's network"],
  knownGaps: ["Tries alone are told among the failed attacks", "The attacker's next address is another"],
  runbook: ["Who else signed in from this address?", "Why does somebody know the leaver's password?"],
  find: (world) => {
    const out: Finding[] = [];
    const signIns = world.byAction("sign-in");
    const tries = groupBy(signIns.filter(isTried), (s) => s.event.client.ip);
    const good = signIns.filter(
      (s) =>
        s.event.outcome === "success" &&
        s.place.standing === "new" &&
        !s.place.trustedDevice &&
        tries.has(s.event.client.ip ?? ""),
    );
    const guests = groupBy(good, (s) => s.event.client.ip);
    for (const [account, events] of byAccount(good)) {
      for (const [ip, mine] of groupBy(events, (s) => s.event.client.ip)) {
        const isOffice = new Set(guests.get(ip)?.map((s) => s.account?.key)).size > MOST_VISITED;
        for (const run of runs(mine, DAY)) {
          const first = run[0]!;
          const earlier = (tries.get(ip) ?? []).filter((t) => t.account !== account && t.at <= first.at);
          const before = earlier.filter((t) => first.at - t.at < 12 * HOUR);
          const longAgo = earlier.filter((t) => first.at - t.at < JUDGEMENT.burntDays * DAY);
          const isReturn = before.length === 0 && longAgo.length >= PROBED && !isOffice;
          if (before.length === 0 && !isReturn) continue;
          const cited = isReturn ? longAgo : before;
          out.push({
            account,
            events: [...cited.slice(-6), ...run.slice(0, 3)],
            known: first,
            dedup: `${ip}:${first.event.occurredAt.slice(0, 10)}`,
            weight: weigh("disabled-then-success", isReturn ? 0.75 : 1),
            reason: `${ip} was refused at the disabled account ${cited[0]?.account?.ref.upn ?? "of somebody else"} and ${isReturn ? "days later" : "then"} signed in here.`,
          });
        }
      }
    }
    return out;
  },
});
