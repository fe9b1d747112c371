import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { groupBy } from "../windows.ts";
import type { Seen } from "../world/seen.ts";

const TAKEOVER =
  /restricted from sending|suspicious email sending|suspicious (inbox|forwarding|sending|e-?mail forwarding)|forwarding\/redirect rule|unusual (external|volume|increase)|impossible travel|atypical travel|anonymous ip|malicious ip|unfamiliar sign-?in|leaked credentials|anomalous token|account compromise|compromised|aitm|attacker in the middle|session cookie|password spray|suspicious oauth|elevation of exchange admin|anubis/i;
const CLICKED = /malicious url click|clicked through to a potentially malicious|user clicked/i;

function keyOf(seen: Seen): WeightKey | undefined {
  const name = seen.event.params.alertName ?? "";
  if (TAKEOVER.test(name)) return "alert-takeover";
  return CLICKED.test(name) ? "alert-clicked" : undefined;
}

export default defineDetection({
  id: "provider-alert",
  title: "Microsoft raised an alert about the account",
  severity: "low",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: [],
  attack: [{ tactic: "TA0001", technique: "T1566.002" }],
  falsePositives: ["Microsoft's alerts name senders of newsletters and travellers too"],
  knownGaps: [
    "Which alerts there are depends on the licence",
    "Alerts without a person in them are shown in the log only",
  ],
  runbook: ["Read the alert in Microsoft's portal, then look at the rest here"],
  find: (world) => {
    const out: Finding[] = [];
    const alerts = world
      .byAction("provider.alert")
      .filter((s) => keyOf(s) !== undefined && world.accountOf(s.event.target?.upn) !== undefined);
    const groups = groupBy(
      alerts,
      (s) => `${s.event.target?.upn}|${s.event.params.alertName}:${s.event.occurredAt.slice(0, 10)}`,
    );
    for (const [key, run] of groups) {
      const seen = run[0]!;
      out.push({
        account: world.accountOf(seen.event.target?.upn)!,
        events: run.slice(0, 4),
        known: seen,
        dedup: key.slice(key.indexOf("|") + 1),
        weight: weigh(keyOf(seen)!),
        reason: `Microsoft's alert "${seen.event.params.alertName}" names this account.`,
      });
    }
    return out;
  },
});
