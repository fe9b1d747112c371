import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, runs } from "../windows.ts";
import { plural } from "../words.ts";
import { HOUR } from "../world/seen.ts";

const SEVERAL = 5;

export default defineDetection({
  id: "files-opened-to-anybody",
  title: "Files opened to anybody with the link",
  severity: "medium",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0010", technique: "T1567" },
    { tactic: "TA0010", technique: "T1537" },
  ],
  falsePositives: ["People share files with clients this way every day"],
  knownGaps: ["Shares with a named guest"],
  runbook: ["Remove the links", "Who used them? (AnonymousLinkUsed)"],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.byAction("share.anonymous-link.create"))) {
      for (const run of runs(events, HOUR)) {
        const strange = run.some((s) => s.place.standing === "new" && !s.place.trustedDevice);
        if (run.length < SEVERAL && !strange) continue;
        out.push({
          account,
          events: run.slice(0, 10),
          dedup: run[0]!.event.occurredAt.slice(0, 13),
          weight: weigh("anonymous-links", run.length >= SEVERAL ? 1 : 0.5),
          reason: `${plural(run.length, "file")} can be opened by anybody with the link (${run[0]?.event.file?.name ?? "?"}).`,
        });
      }
    }
    return out;
  },
});
