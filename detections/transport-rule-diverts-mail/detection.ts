import { defineDetection, type Finding } from "../define-detection.ts";
import { ruleDetail } from "../inbox-rules.ts";
import { isNameless } from "../lookalike.ts";
import { worstOutside } from "../mail-destination.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { withAccount } from "../windows.ts";
import { isSuccess, type Seen } from "../world/seen.ts";
import type { World } from "../world/world.ts";

function judge(seen: Seen, world: World): { key: WeightKey; to?: string } | undefined {
  const rule = seen.event.rule;
  if (!rule) return undefined;
  const to = worstOutside(rule.forwardsTo ?? [], world);
  const covert = isNameless(rule.name) || /DoNotAudit/i.test(seen.event.params.SetAuditSeverity ?? "");
  if (to)
    return {
      key: covert || to.kind === "disguised" ? "transport-rule-covert" : "transport-rule-outside",
      to: to.address,
    };
  if (rule.deletes) return { key: covert ? "transport-rule-covert" : "transport-rule-deletes", to: "nowhere" };
  if (seen.event.params.SetSCL === "-1") return { key: covert ? "transport-rule-covert" : "transport-rule-lets-pass" };
  return undefined;
}

function effectOf(to: string | undefined): string {
  return to === undefined ? "lets matching mail past the filters" : `sends matching mail to ${to}`;
}

export default defineDetection({
  id: "transport-rule-diverts-mail",
  title: "Transport rule copies or removes the company's mail",
  severity: "critical",
  stage: "foothold",
  sources: ["unified-audit-log"],
  needs: ["own-domains", "ip", "baseline"],
  attack: [
    { tactic: "TA0009", technique: "T1114.003" },
    { tactic: "TA0005", technique: "T1564.008" },
  ],
  falsePositives: ["Archiving services and journalling to a provider", "Signature and encryption gateways"],
  knownGaps: ["A rule routed through a connector shows only the connector's name"],
  runbook: ["Disable the rule", "Find who was copied and since when: every mail that matched is exposed"],
  find: (world) => {
    const out: Finding[] = [];
    const events = world.byAction(
      "transport-rule.create",
      "transport-rule.update",
      "transport-rule.enable",
      "journal-rule.create",
    );
    for (const seen of withAccount(events)) {
      const found = isSuccess(seen) ? judge(seen, world) : undefined;
      const rule = seen.event.rule;
      if (!found || !rule) continue;
      out.push({
        account: seen.account,
        events: [seen],
        dedup: `${rule.name ?? ""}:${seen.event.recordId}`,
        weight: weigh(found.key),
        reason: `The transport rule "${rule.name ?? "without a name"}" ${effectOf(found.to)}${found.key === "transport-rule-covert" ? " and hides itself" : ""}.`,
        artifacts: [
          {
            kind: "transport-rule",
            name: rule.name ?? "(no name)",
            effect: effectOf(found.to),
            detail: ruleDetail(rule),
          },
        ],
      });
    }
    return out;
  },
});
