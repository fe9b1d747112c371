import { defineDetection, type Finding } from "../define-detection.ts";
import { describeRule, hides, hidingWeight } from "../inbox-rules.ts";
import { weigh } from "../weights.ts";
import { byAccount, runs } from "../windows.ts";
import { HOUR, isSuccess, type Seen } from "../world/seen.ts";

const SEVERAL = 2;

/** One rule saved again is one rule. */
function nameOf({ event: { rule, recordId } }: Seen): string {
  return rule?.name ?? rule?.id ?? recordId;
}

function hidesWarnings({ event: { rule } }: Seen): boolean {
  return rule !== undefined && hidingWeight(rule) === "rule-hides-warnings";
}

export default defineDetection({
  id: "hiding-rules-in-series",
  title: "Several rules made in one sitting to keep the owner blind",
  severity: "high",
  stage: "foothold",
  sources: ["unified-audit-log"],
  needs: [],
  attack: [{ tactic: "TA0005", technique: "T1564.008" }],
  falsePositives: ["Somebody who sorts warnings about a mail he knows while he tidies up his mailbox"],
  knownGaps: ["Rules set weeks apart", "Warnings worded in other languages than the lists know"],
  runbook: [
    "Ask the owner whether he made them",
    "Read what the rules have swallowed: it tells what the intruder sends",
  ],
  find: (world) => {
    const out: Finding[] = [];
    const made = world
      .byAction("inbox-rule.create", "inbox-rule.update", "inbox-rule.enable")
      .filter((s) => isSuccess(s) && s.event.rule !== undefined && hides(s.event.rule));
    for (const [account, events] of byAccount(made)) {
      for (const run of runs(events, HOUR)) {
        const names = new Set(run.map(nameOf));
        const warning = run.find(hidesWarnings);
        if (names.size < SEVERAL || !warning) continue;
        out.push({
          account,
          events: run.slice(0, 8),
          dedup: run[0]!.event.occurredAt.slice(0, 13),
          weight: weigh("rules-in-series"),
          reason: `${names.size} rules within the hour make mail vanish, one of them warnings: "${nameOf(warning)}" ${describeRule(warning.event.rule!)}.`,
        });
      }
    }
    return out;
  },
});
