import { defineDetection, type Finding } from "../define-detection.ts";
import { isDisguisedName } from "../mailbox-delegated/detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { DAY, isSuccess, type Seen } from "../world/seen.ts";

function name(seen: Seen): string {
  return seen.event.target?.upn ?? seen.event.target?.name ?? "";
}

export default defineDetection({
  id: "lookalike-account",
  title: "An account with a disguised name was made or promoted",
  severity: "critical",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: [],
  attack: [
    { tactic: "TA0003", technique: "T1136.003" },
    { tactic: "TA0005", technique: "T1036.005" },
  ],
  falsePositives: ["Two people whose names differ by look-alike letters"],
  knownGaps: ["A rogue account with an ordinary name"],
  runbook: ["Disable the account and take its roles", "Who made it, and what was opened to it?"],
  find: (world) => {
    const out: Finding[] = [];
    const events = world
      .byAction("role.add", "role.eligible.add", "user.create", "user.invite", "group.member.add")
      .filter((s) => isSuccess(s) && name(s) !== "" && isDisguisedName(name(s), world));
    for (const [account, all] of byAccount(events)) {
      for (const [who, mine] of groupBy(all, name)) {
        for (const run of runs(mine, DAY)) {
          const roles = run.filter((s) => s.event.action.startsWith("role."));
          out.push({
            account,
            events: run.slice(0, 20),
            dedup: `${who}:${run[0]!.event.occurredAt.slice(0, 10)}`,
            weight: weigh(roles.length > 0 ? "account-disguised-roles" : "account-disguised"),
            title:
              roles.length > 0
                ? "An account with a disguised name was made administrator"
                : "An account with a disguised name was made",
            reason: `${who} reads like another name${roles.length > 0 ? ` and got ${roles.length} roles` : ""}.`,
            artifacts:
              roles.length > 0
                ? [
                    {
                      kind: "role-assignment",
                      name: who,
                      effect: "rules the tenant under a disguised name",
                      detail: { roles: roles.map((s) => s.event.params.roleName ?? "").join("; ") },
                    },
                  ]
                : [],
          });
        }
      }
    }
    return out;
  },
});
