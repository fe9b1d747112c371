import { defineDetection, type Finding } from "../define-detection.ts";
import { imitated, looksLike } from "../lookalike.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { HOUR, isSuccess, type Seen } from "../world/seen.ts";
import { localPart, mailboxOf, type World } from "../world/world.ts";

/** The grantee's name reads like another account's, or like a well-known word through look-alike letters. */
export function isDisguisedName(name: string, world: World): boolean {
  if (imitated(localPart(name))?.how === "disguised") return true;
  return world.accounts.some(
    (a) => localPart(a.ref.upn) !== localPart(name) && looksLike(localPart(a.ref.upn), localPart(name)),
  );
}

function keyOf(run: Seen[], grantee: string, world: World): WeightKey {
  if (isDisguisedName(grantee, world)) return "delegate-disguised";
  const actor = run[0]?.account?.ref.upn ?? "";
  return localPart(actor) === localPart(grantee) ? "delegate-self" : "delegate-added";
}

/** Default and Anonymous entries of a calendar are no person. */
const NOBODY = /^(default|anonymous|nt authority\\self|self|discovery management|organization management)$/i;

export default defineDetection({
  id: "mailbox-delegated",
  title: "A mailbox was opened to somebody else",
  severity: "medium",
  stage: "foothold",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0003", technique: "T1098.002" }],
  falsePositives: ["Holiday cover, shared mailboxes, migration accounts: administrators do this daily"],
  knownGaps: ["Folder permissions that Outlook sets show little of who got them"],
  runbook: ["Was the access asked for?", "Look at what the grantee opened"],
  find: (world) => {
    const out: Finding[] = [];
    const grants = world
      .byAction("mailbox.delegate.add")
      .filter((s) => isSuccess(s) && s.event.params.grantee && !NOBODY.test(s.event.params.grantee));
    for (const [account, events] of byAccount(grants)) {
      for (const [grantee, all] of groupBy(events, (s) => s.event.params.grantee)) {
        for (const run of runs(all, 12 * HOUR)) {
          const boxes = [...new Set(run.map((s) => mailboxOf(s, world)))];
          out.push({
            account,
            events: run.slice(0, 12),
            dedup: `${grantee}:${run[0]?.event.occurredAt.slice(0, 10) ?? ""}`,
            weight: weigh(keyOf(run, grantee, world)),
            reason: `${grantee} was given ${[...new Set(run.map((s) => s.event.params.AccessRights ?? "access"))].join(", ")} on ${boxes.slice(0, 3).join(", ")}${boxes.length > 3 ? ` and ${boxes.length - 3} more` : ""}.`,
            artifacts: boxes.slice(0, 20).map((mailbox) => ({
              kind: "mailbox-delegate" as const,
              name: grantee,
              mailbox,
              effect: `${grantee} can open or send for ${mailbox}`,
              detail: { grantee },
            })),
          });
        }
      }
    }
    return out;
  },
});
