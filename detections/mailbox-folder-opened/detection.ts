import { defineDetection } from "../define-detection.ts";
import { destinationOf } from "../mail-destination.ts";
import { settingsActs } from "../settings-acts.ts";
import type { Seen } from "../world/seen.ts";
import { localPart, mailboxOf, type World } from "../world/world.ts";

const EVERYBODY = /^(default|anonymous)$/i;
const READS = /owner|editor|author|reviewer|read|full/i;
const CALENDAR = /calendar|kalender|calendrier|calendario|agenda/i;

function folderOf(seen: Seen): string {
  const identity = seen.event.params.Identity ?? seen.event.mail?.folder ?? seen.event.target?.name ?? "";
  return identity.split(/[:\\/]/).pop() ?? identity;
}

function keyOf(
  seen: Seen,
  grantee: string,
  world: World,
): "folder-opened-all" | "folder-opened-outside" | "folder-opened" | undefined {
  if (EVERYBODY.test(grantee)) return "folder-opened-all";
  if (destinationOf(grantee, world).kind !== "inside") return "folder-opened-outside";
  return seen.place.standing === "new" ? "folder-opened" : undefined;
}

export default defineDetection({
  id: "mailbox-folder-opened",
  title: "A mail folder was opened to others",
  severity: "high",
  stage: "foothold",
  sources: ["unified-audit-log", "mailbox-audit"],
  needs: ["own-domains", "ip", "baseline"],
  attack: [{ tactic: "TA0003", technique: "T1098.002" }],
  falsePositives: [
    "Owners who share a folder with an assistant",
    "Calendars opened to the whole company, which is left out",
  ],
  knownGaps: ["Outlook's own record names the folder by a number only"],
  runbook: ["Take the permission away", "Who read the folder meanwhile?"],
  find: (world) =>
    settingsActs(world, ["mailbox.folder-permission.add"], (seen) => {
      const { params } = seen.event;
      const grantee = params.grantee ?? params.User ?? params.MemberUpn ?? params.MemberSid ?? "";
      const rights = params.AccessRights ?? params.MemberRights ?? "";
      const folder = folderOf(seen);
      if (grantee === "" || !READS.test(rights) || CALENDAR.test(folder)) return undefined;
      const mailbox = mailboxOf(seen, world);
      if (localPart(mailbox) === localPart(grantee)) return undefined;
      const key = keyOf(seen, grantee, world);
      if (!key) return undefined;
      const whom = EVERYBODY.test(grantee) ? "everybody" : grantee;
      return {
        key,
        title: whom === "everybody" ? "A mail folder was opened to everybody" : "A mail folder was opened to others",
        reason: `"${folder}" of ${mailbox} was opened to ${whom} (${rights}).`,
        dedup: `${mailbox}:${folder}:${grantee}`,
        artifacts: [
          {
            kind: "mailbox-delegate",
            name: grantee,
            mailbox,
            effect: `${whom} can read "${folder}" of ${mailbox}`,
            detail: { grantee, folder, rights },
          },
        ],
      };
    }),
});
