import { defineDetection } from "../define-detection.ts";
import { dayOf, settingsActs } from "../settings-acts.ts";

export default defineDetection({
  id: "mailbox-exported",
  title: "Mailbox or search results exported",
  severity: "high",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0009", technique: "T1114.002" },
    { tactic: "TA0010", technique: "T1567" },
  ],
  falsePositives: ["Legal discovery and leavers' archives by those whose work it is"],
  knownGaps: ["The download itself is recorded only in newer export forms"],
  runbook: ["Who asked for the export?", "Which mailboxes and words does the search name?", "Delete the export"],
  find: (world) =>
    settingsActs(world, ["mailbox.export", "ediscovery.export", "ediscovery.search"], (seen) => {
      const { action, params, target } = seen.event;
      const what = params.Name ?? params.SearchName ?? params.Mailbox ?? target?.name ?? "a search";
      const purge = /purge/i.test(`${params.Action ?? ""}${params.Purge ?? ""}${params.PurgeType ?? ""}`);
      const search = action === "ediscovery.search";
      if (search && seen.place.standing !== "new") return undefined;
      return {
        key: search ? "ediscovery-search" : "mail-exported",
        title: search
          ? "Everybody's mail searched from a strange place"
          : purge
            ? "Search results purged"
            : "Mailbox or search results exported",
        reason: `${seen.account.ref.upn} ${search ? "searched" : purge ? "purged" : "exported"} "${what}".`,
        dedup: `${action}:${what}:${dayOf(seen)}`,
      };
    }),
});
