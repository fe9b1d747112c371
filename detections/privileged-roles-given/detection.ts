import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { DAY, isSuccess, type Seen } from "../world/seen.ts";

const PRIVILEGED =
  /(global|company|privileged|exchange|sharepoint|user|security|application|cloud application|authentication|conditional access|helpdesk|hybrid identity|intune|compliance|teams|directory|password|billing|service support|identity governance|partner).*(administrator|admin|writers)/i;
const GREATEST = /(global|company) administrator|privileged (role|authentication) administrator/i;

function role(seen: Seen): string {
  return seen.event.params.roleName ?? "";
}

function member(seen: Seen): string {
  return seen.event.target?.upn ?? seen.event.target?.name ?? seen.event.target?.id ?? "?";
}

function keyOf(run: Seen[]): WeightKey {
  const greatest = new Set(run.filter((s) => GREATEST.test(role(s))).map(member));
  if (greatest.size >= 2) return "roles-several-people";
  return run.length >= 5 ? "roles-burst" : "role-granted";
}

export default defineDetection({
  id: "privileged-roles-given",
  title: "Privileged roles were given",
  severity: "high",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0004", technique: "T1098.003" }],
  falsePositives: ["A new administrator", "Setting up a tenant", "Activations in privileged identity management"],
  knownGaps: ["Roles through group membership show only as a group change"],
  runbook: [
    "Was the role asked for?",
    "Take it away again before the account is re-enabled",
    "Look at what the new administrators did",
  ],
  find: (world) => {
    const out: Finding[] = [];
    const grants = world
      .byAction("role.add", "role.eligible.add")
      .filter((s) => isSuccess(s) && PRIVILEGED.test(role(s)));
    for (const [account, events] of byAccount(grants)) {
      for (const run of runs(events, DAY / 2)) {
        const people = [...new Set(run.map(member))];
        const roles = [...new Set(run.map(role))];
        out.push({
          account,
          events: run.slice(0, 40),
          dedup: run[0]!.event.occurredAt.slice(0, 10),
          weight: weigh(keyOf(run)),
          title: run.length >= 5 ? "Many privileged roles given at once" : "A privileged role was given",
          reason: `${people.slice(0, 4).join(", ")} got ${roles.slice(0, 4).join(", ")}${roles.length > 4 ? ` and ${roles.length - 4} more roles` : ""}.`,
          artifacts: [...groupBy(run, member)].slice(0, 10).map(([name, list]) => ({
            kind: "role-assignment" as const,
            name,
            effect: `is ${list.map(role).slice(0, 3).join(", ")}`,
            detail: { roles: list.map(role).join("; ") },
          })),
        });
      }
    }
    return out;
  },
});
