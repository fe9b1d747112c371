import { defineDetection, type Finding } from "../define-detection.ts";
import { destinationOf } from "../mail-destination.ts";
import { settingsActs } from "../settings-acts.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { HOUR, isSuccess, type Seen } from "../world/seen.ts";
import type { World } from "../world/world.ts";

const MANY_FILES = 5;

function outsider(seen: Seen, world: World): string | undefined {
  const name = seen.event.target?.upn ?? seen.event.target?.name ?? "";
  const address = name.includes("#ext#") ? name.split("#ext#")[0]!.replace(/_(?=[^_]*$)/, "@") : name;
  return address.includes("@") && destinationOf(address, world).kind !== "inside" ? address : undefined;
}

/** Files given to one person outside, in number, from a place the owner does not work at. */
function given(world: World): Finding[] {
  const out: Finding[] = [];
  const shares = world
    .byAction("share.invite", "share.secure-link.add", "share.set")
    .filter((s) => isSuccess(s) && s.place.standing === "new" && !s.place.trustedDevice && outsider(s, world));
  for (const [account, events] of byAccount(shares)) {
    for (const [whom, mine] of groupBy(events, (s) => outsider(s, world))) {
      for (const run of runs(mine, HOUR)) {
        const files = new Set(run.map((s) => s.event.file?.path ?? s.event.recordId));
        if (files.size < MANY_FILES) continue;
        out.push({
          account,
          events: run.slice(0, 10),
          dedup: `${whom}:${run[0]!.event.occurredAt.slice(0, 10)}`,
          weight: weigh("shared-outside"),
          title: "Many files given to one outsider",
          reason: `${files.size} files were given to ${whom}.`,
        });
      }
    }
  }
  return out;
}

export default defineDetection({
  id: "sharing-opened",
  title: "Sharing was opened to the outside",
  severity: "medium",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: ["own-domains", "ip", "baseline"],
  attack: [
    { tactic: "TA0010", technique: "T1537" },
    { tactic: "TA0005", technique: "T1562" },
  ],
  falsePositives: ["Work with customers and suppliers", "Administrators who open sharing for a project"],
  knownGaps: ["A link for the company's own people says nothing of who uses it"],
  runbook: ["Take the sharing back", "Who opened the files meanwhile?"],
  find: (world) => [
    ...given(world),
    ...settingsActs(world, ["share.policy.set", "data-loss.policy.off"], (seen) => {
      const policy = seen.event.action === "share.policy.set";
      const name =
        seen.event.params.Identity ?? seen.event.file?.path ?? seen.event.target?.name ?? seen.event.operation;
      return {
        key: policy ? "sharing-policy" : "data-loss-policy-off",
        title: policy ? "The rules for sharing were changed" : "Protection against data loss was taken down",
        reason: `${seen.account.ref.upn}: ${seen.event.operation} (${name}).`,
        dedup: `${seen.event.action}:${name}`,
      };
    }),
  ],
});
