import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { HOUR } from "../world/seen.ts";

const MANY = 30;

export default defineDetection({
  id: "files-taken-in-bulk",
  title: "Many files taken from a strange place",
  severity: "medium",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0009", technique: "T1530" }],
  falsePositives: ["A new computer that synchronises", "Moving a team's files"],
  knownGaps: ["Slow taking over days"],
  runbook: ["List the files", "Is the client a browser, the sync client or a script?"],
  find: (world) => {
    const out: Finding[] = [];
    const taken = world
      .byAction("file.download", "file.sync-download", "file.access", "file.preview")
      .filter((s) => s.place.standing === "new" && !s.place.trustedDevice);
    for (const [account, events] of byAccount(taken)) {
      for (const [ip, all] of groupBy(events, (s) => s.event.client.ip)) {
        for (const run of runs(all, HOUR)) {
          const files = new Set<string>();
          const known = run.filter((s) => files.add(s.event.file?.path ?? s.event.recordId).size === MANY)[0];
          if (!known) continue;
          out.push({
            account,
            events: run.slice(0, 12),
            known,
            dedup: `${ip}:${run[0]!.event.occurredAt.slice(0, 13)}`,
            weight: weigh("files-mass"),
            reason: `${files.size} files were opened or taken from ${ip}.`,
          });
        }
      }
    }
    return out;
  },
});
