import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, firstWindow, runs } from "../windows.ts";
import { DAY, HOUR, isSuccess, MINUTE, type Seen } from "../world/seen.ts";

const MANY = 100;
const MANY_STRANGE = 25;
const ENCRYPTED =
  /\.(locked|encrypted|crypt\w*|enc|akira|lockbit\w*|blackcat|ransom\w*|clop|conti|play|medusa|babuk|[a-z0-9]{8,10})$/i;
const NOTE = /(readme|how[_ -]?to[_ -]?(decrypt|restore|recover)|restore[_ -]?files|decrypt[_ -]?instructions|ransom)/i;

function isStrange(seen: Seen): boolean {
  return seen.place.standing === "new" && !seen.place.trustedDevice;
}

function isEncrypting(seen: Seen): boolean {
  const name = seen.event.file?.name ?? "";
  return seen.event.action === "file.rename" || seen.event.action === "file.upload"
    ? ENCRYPTED.test(name) || NOTE.test(name)
    : false;
}

/** Somebody who cleaned up like this before does it as his work. */
function usualCleaner(all: Seen[], run: Seen[]): boolean {
  return runs(
    all.filter((s) => s.at < run[0]!.at - DAY),
    HOUR,
  ).some((earlier) => earlier.length >= MANY / 2);
}

export default defineDetection({
  id: "files-destroyed",
  title: "Many files deleted or made unreadable",
  severity: "high",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0040", technique: "T1485" }],
  falsePositives: ["Clean-ups and moves of whole folders", "A computer that is synchronised anew"],
  knownGaps: ["Changes through older versions of a file show only as edits"],
  runbook: ["Stop the sync client of the device", "Restore the library to the hour before"],
  find: (world) => {
    const out: Finding[] = [];
    const deletions = world.byAction("file.delete", "file.rename", "file.upload").filter(isSuccess);
    for (const [account, events] of byAccount(deletions)) {
      const gone = events.filter((s) => s.event.action === "file.delete");
      for (const run of runs(gone, HOUR)) {
        const strange = run.filter(isStrange);
        const burst =
          firstWindow(strange, HOUR, (inside) => inside.length >= MANY_STRANGE) ??
          firstWindow(run, HOUR, (inside) => inside.length >= MANY);
        if (!burst || usualCleaner(gone, run)) continue;
        out.push(finding(account, burst, "files-deleted", "Many files deleted", `${burst.length} files were deleted`));
      }
      for (const run of runs(events.filter(isEncrypting), 30 * MINUTE)) {
        if (run.length < MANY_STRANGE) continue;
        out.push(
          finding(
            account,
            run,
            "files-encrypted",
            "Many files made unreadable",
            `${run.length} files got new endings or a ransom note`,
          ),
        );
      }
    }
    return out;
  },
});

function finding(account: Finding["account"], run: Seen[], key: WeightKey, title: string, what: string): Finding {
  return {
    account,
    events: run.slice(0, 12),
    dedup: `${key}:${run[0]!.event.occurredAt.slice(0, 13)}`,
    weight: weigh(key),
    title,
    reason: `${what} within the hour${run[0]!.event.client.ip ? ` from ${run[0]!.event.client.ip}` : ""}.`,
  };
}
