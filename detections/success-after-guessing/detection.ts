import { provesPassword } from "#domain/event/sign-in-codes.ts";
import { defineDetection, type Finding } from "../define-detection.ts";
import { type Break, breaks, guessingCampaigns, SOON } from "../guessing.ts";
import { JUDGEMENT, type WeightKey, weigh } from "../weights.ts";
import { plural } from "../words.ts";
import type { Seen } from "../world/seen.ts";

const MAX_FAILURES = 6;
const MAX_FOLLOWING = 8;

function keyOf(found: Break): WeightKey {
  const familiar = found.success.place.standing === "own" || found.success.place.standing === "company";
  if (found.campaign.kind === "spray") return found.complete ? "spray-success" : "spray-password-known";
  if (familiar || found.success.place.trustedDevice || !found.complete) return "guessing-success-familiar";
  return found.success.place.strangeness >= JUDGEMENT.suspiciousAccess ? "guessing-success" : "guessing-success-near";
}

/** The sign-ins of the same client right after the break belong to it. */
function following(found: Break): Seen[] {
  const { success, account } = found;
  return account.events.filter(
    (s) =>
      s.event.action === "sign-in" &&
      s.event.outcome === "success" &&
      s.at > success.at &&
      s.at <= success.at + SOON &&
      s.event.client.ip === success.event.client.ip,
  );
}

export default defineDetection({
  id: "success-after-guessing",
  title: "Password found by guessing",
  severity: "high",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0006", technique: "T1110.003" },
    { tactic: "TA0001", technique: "T1078.004" },
  ],
  falsePositives: ["An office behind one address whose people mistype after a forced password change"],
  knownGaps: ["A spray from one set of addresses and the sign-in from another are joined only by what follows"],
  runbook: [
    "Look at the failed sign-ins before the first success: one address, many accounts?",
    "Treat the password as known to the attacker even where the second factor stopped him",
    "Check the other accounts of the same campaign",
  ],
  find: (world) =>
    breaks(world, guessingCampaigns(world), (s) => provesPassword(s.event.outcome, s.event.resultCode)).map(toFinding),
});

function toFinding(found: Break): Finding {
  const spray = found.campaign.kind === "spray";
  const tries = found.failures.length;
  const rotated = spray && !found.campaign.sources.has(found.success.event.client.ip ?? "");
  const what = rotated
    ? `a client that tried ${plural(found.campaign.accounts.size, "account")} from ${plural(found.campaign.sources.size, "address", "addresses")}`
    : spray
      ? `an address that tried ${plural(found.campaign.accounts.size, "account")}`
      : `${tries} wrong passwords from the same address`;
  return {
    account: found.account,
    events: [...found.failures.slice(-MAX_FAILURES), found.success, ...following(found).slice(0, MAX_FOLLOWING)],
    known: found.success,
    dedup: `${found.campaign.kind}:${found.success.event.client.ip ?? ""}:${found.success.event.occurredAt.slice(0, 10)}`,
    weight: weigh(keyOf(found)),
    title: found.complete
      ? "Sign-in succeeded after password guessing"
      : "Password found by guessing, second factor stopped it",
    reason: found.complete
      ? `The right password came from ${what}.`
      : `The right password came from ${what}; the sign-in was stopped at the second factor.`,
  };
}
