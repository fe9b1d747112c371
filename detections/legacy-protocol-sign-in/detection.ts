import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";

export default defineDetection({
  id: "legacy-protocol-sign-in",
  title: "Old protocol without a second factor",
  severity: "medium",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log"],
  needs: ["ip", "agent", "baseline"],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: ["Scanners, old phones and devices that send mail"],
  knownGaps: ["Old protocols are off in most tenants; what remains is authenticated SMTP"],
  runbook: ["Switch the protocol off for the mailbox when nobody needs it"],
  find: (world) => {
    const out: Finding[] = [];
    const old = world
      .byAction("sign-in")
      .filter((s) => s.event.signIn?.isLegacyAuth && s.event.outcome === "success" && s.place.standing === "new");
    for (const [account, events] of byAccount(old)) {
      for (const [ip, run] of groupBy(events, (s) => s.event.client.ip)) {
        out.push({
          account,
          events: run.slice(0, 4),
          dedup: ip,
          weight: weigh("legacy-success"),
          reason: `An old mail protocol signed in from ${ip}: ${run[0]?.place.notes.join(", ")}.`,
        });
      }
    }
    return out;
  },
});
