import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount } from "../windows.ts";

export default defineDetection({
  id: "provider-risk",
  title: "Microsoft rates the sign-in risky",
  severity: "low",
  stage: "access",
  sources: ["sign-in-log"],
  needs: [],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: ["Microsoft's rating is often wrong for travellers and VPN users"],
  knownGaps: ["Needs P1 or P2; late by design"],
  runbook: ["Read Microsoft's reason, then look at the rest"],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.byAction("sign-in"))) {
      const done = new Set<string>();
      for (const seen of events) {
        const { riskLevel, riskState } = seen.event.signIn ?? {};
        if (
          seen.event.outcome !== "success" ||
          !/^(high|medium)$/.test(riskLevel ?? "") ||
          /^(dismissed|confirmedsafe|remediated)$/i.test(riskState ?? "")
        )
          continue;
        if (seen.place.trustedDevice || seen.place.standing === "own") continue;
        const key = `${riskLevel}:${seen.event.occurredAt.slice(0, 10)}`;
        if (done.has(key)) continue;
        done.add(key);
        out.push({
          account,
          events: [seen],
          dedup: key,
          weight: weigh(riskLevel === "high" ? "provider-risk-high" : "provider-risk-medium"),
          reason: `Microsoft rates this sign-in ${riskLevel}.`,
        });
      }
    }
    return out;
  },
});
