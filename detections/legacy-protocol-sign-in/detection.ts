import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import { type Account, DAY, type Seen } from "../world/seen.ts";

/** Mail fetched with a bare password; telephones of today use ActiveSync with a token, which proves little. */
const BARE = /imap|pop|smtp|BAV2ROPC|other clients/i;

function protocol(seen: Seen): string {
  const { client, signIn } = seen.event;
  return `${signIn?.clientApp ?? ""} ${client.userAgent ?? ""} ${client.protocol ?? ""}`;
}

/** A person known for days who never fetched mail this way before. */
function isFirstUse(account: Account, seen: Seen): boolean {
  return (
    seen.place.maturity >= 1 &&
    BARE.test(protocol(seen)) &&
    !account.events.some(
      (s) => s.at < seen.at - DAY && s.event.signIn?.isLegacyAuth === true && s.event.outcome === "success",
    )
  );
}

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
          weight: weigh(isFirstUse(account, run[0]!) ? "legacy-first-use" : "legacy-success"),
          reason: `An old mail protocol${isFirstUse(account, run[0]!) ? ", which this account never used," : ""} signed in from ${ip}: ${run[0]?.place.notes.join(", ")}.`,
        });
      }
    }
    return out;
  },
});
