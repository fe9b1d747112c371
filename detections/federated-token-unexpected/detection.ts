import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount } from "../windows.ts";
import { DAY, type Seen } from "../world/seen.ts";

function issuer(seen: Seen): string {
  return (seen.event.params.tokenIssuerType ?? "").toLowerCase();
}

/** Issued by somebody outside of Microsoft's own directory: a federation server, or what pretends to be one. */
function isFederated(seen: Seen): boolean {
  return /adfederationservices|adfs|federat/.test(issuer(seen)) && seen.event.outcome === "success";
}

function isCloud(seen: Seen): boolean {
  return /^azuread$/.test(issuer(seen)) && seen.event.outcome === "success";
}

const ENOUGH = 3;

export default defineDetection({
  id: "federated-token-unexpected",
  title: "A foreign issuer signed this account in",
  severity: "high",
  stage: "access",
  sources: ["sign-in-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0004", technique: "T1484.002" }],
  falsePositives: ["The first days after a planned federation, when colleagues come in the same way"],
  knownGaps: ["Where everybody is federated a forged token looks like any other"],
  runbook: ["Who changed the domain's federation and when?", "Compare the issuer with the company's own server"],
  find: (world) => {
    const out: Finding[] = [];
    const signIns = world.byAction("sign-in");
    const federated = byAccount(signIns.filter(isFederated));
    for (const [account, events] of federated) {
      const first = events[0]!;
      const cloud = account.events.filter((s) => s.at < first.at && isCloud(s)).length;
      const colleagues = [...federated].filter(([other, list]) => other !== account && list[0]!.at <= first.at + DAY);
      if (cloud < ENOUGH || colleagues.length >= 2 || first.place.trustedDevice) continue;
      const strange = first.place.standing === "new";
      out.push({
        account,
        events: events.slice(0, 3),
        dedup: first.event.occurredAt.slice(0, 10),
        weight: weigh(strange ? "foreign-issuer-strange" : "foreign-issuer"),
        reason: `Microsoft's own directory signed this account in until now; on ${first.event.occurredAt.slice(0, 10)} a federation server did${first.event.client.ip ? `, from ${first.event.client.ip}` : ""}.`,
      });
    }
    return out;
  },
});
