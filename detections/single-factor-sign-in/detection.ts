import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import { DAY, type Seen } from "../world/seen.ts";

const ENOUGH = 3;

function isMulti(seen: Seen): boolean {
  return seen.event.signIn?.authRequirement === "multi" && seen.event.outcome === "success";
}

/** The tenant asks this account for two factors elsewhere; a gap in the rules let this one through. */
function usuallyTwoFactors(seen: Seen, events: readonly Seen[]): boolean {
  return events.filter((s) => s.at < seen.at && isMulti(s)).length >= ENOUGH;
}

export default defineDetection({
  id: "single-factor-sign-in",
  title: "One factor was enough from a strange place",
  severity: "medium",
  stage: "access",
  sources: ["sign-in-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: ["Applications that are left out of the rules on purpose"],
  knownGaps: ["Where nobody is ever asked for a second factor a single one says nothing"],
  runbook: ["Which rule should have asked? Look at the applied policies of the sign-in", "Close the gap for everybody"],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.byAction("sign-in"))) {
      const single = events.filter(
        (s) =>
          s.event.outcome === "success" &&
          s.event.signIn?.authRequirement === "single" &&
          s.event.signIn.isInteractive !== false &&
          !s.event.signIn.mfaSatisfiedByClaim &&
          s.place.standing === "new" &&
          s.place.strangeness >= 1 &&
          !s.place.trustedDevice &&
          usuallyTwoFactors(s, events),
      );
      for (const [dedup, run] of groupBy(single, (s) => `${s.event.client.ip}:${Math.floor(s.at / (7 * DAY))}`)) {
        const seen = run[0]!;
        out.push({
          account,
          events: run.slice(0, 4),
          known: seen,
          dedup,
          weight: weigh("single-factor"),
          reason: `${seen.event.client.appName ?? "An application"} asked for one factor only from ${seen.event.client.ip}; elsewhere this account needs two.`,
        });
      }
    }
    return out;
  },
});
