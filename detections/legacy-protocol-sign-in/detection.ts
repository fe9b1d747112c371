import { isPasswordGuess } from "#domain/event/sign-in-codes.ts";
import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import { type Account, DAY, HOUR, type Seen } from "../world/seen.ts";

/** Mail fetched with a bare password; telephones of today use ActiveSync with a token, which proves little. */
const BARE = /imap|pop|smtp|BAV2ROPC|other clients/i;

function protocol(seen: Seen): string {
  const { client, signIn } = seen.event;
  return `${signIn?.clientApp ?? ""} ${client.userAgent ?? ""} ${client.protocol ?? ""}`;
}

/** By the log's word, or where it has none by the client that names itself so. */
function isLegacy({ event, facts }: Seen): boolean {
  if (event.action === "mail.read") return /pop3|imap/i.test(event.client.protocol ?? "");
  return event.signIn?.isLegacyAuth === true || facts.agent?.family === "legacy mail protocol";
}

/** A person known for days who never fetched mail this way before. */
function isFirstUse(account: Account, run: readonly Seen[]): boolean {
  return run.some((s) => BARE.test(protocol(s))) && isNew(account, run[0]!);
}

function isNew(account: Account, seen: Seen): boolean {
  return (
    seen.place.maturity >= 1 &&
    !account.events.some((s) => s.at < seen.at - DAY && isLegacy(s) && s.event.outcome === "success")
  );
}

const FEW = 2;

/** Wrong passwords from the same address in the hours before: a telephone of the owner's has the right one typed once. */
function misses(account: Account, seen: Seen): number {
  return account.events.filter(
    (s) =>
      s.at < seen.at &&
      seen.at - s.at <= 6 * HOUR &&
      s.event.client.ip === seen.event.client.ip &&
      isPasswordGuess(s.event.resultCode),
  ).length;
}

export default defineDetection({
  id: "legacy-protocol-sign-in",
  title: "Old protocol without a second factor",
  severity: "medium",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log", "mailbox-audit"],
  needs: ["ip", "agent", "baseline"],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: [
    "Scanners, old phones and devices that send mail",
    "The owner who types his new password wrong on an old telephone",
  ],
  knownGaps: ["Old protocols are off in most tenants; what remains is authenticated SMTP"],
  runbook: ["Switch the protocol off for the mailbox when nobody needs it"],
  find: (world) => {
    const out: Finding[] = [];
    const old = world
      .byAction("sign-in", "mail.read")
      .filter((s) => isLegacy(s) && s.event.outcome === "success" && s.place.standing === "new");
    for (const [account, events] of byAccount(old)) {
      for (const [ip, run] of groupBy(events, (s) => s.event.client.ip)) {
        const missed = isNew(account, run[0]!) && misses(account, run[0]!) >= FEW;
        const first = !missed && isFirstUse(account, run);
        out.push({
          account,
          events: run.slice(0, 4),
          known: first ? run.find((s) => BARE.test(protocol(s))) : run[0],
          dedup: ip,
          weight: weigh(missed ? "legacy-after-misses" : first ? "legacy-first-use" : "legacy-success"),
          reason: `An old mail protocol${first || missed ? ", which this account never used," : ""} got in from ${ip}${missed ? " after wrong passwords" : ""}: ${run[0]?.place.notes.join(", ")}.`,
        });
      }
    }
    return out;
  },
});
