import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, firstWindow, groupBy } from "../windows.ts";
import { isSuccess, MINUTE, type Seen } from "../world/seen.ts";

const MANY = 10;
const ACTIONS = ["teams.chat.create", "teams.message.send", "teams.message.link"] as const;

function chat(seen: Seen): string {
  const { params } = seen.event;
  return params.ChatThreadId ?? params.MessageId ?? seen.event.recordId;
}

export default defineDetection({
  id: "teams-phish",
  title: "Many chats begun from a strange place",
  severity: "high",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0008", technique: "T1534" },
    { tactic: "TA0001", technique: "T1566.002" },
  ],
  falsePositives: ["Organizers who write to a whole class or event while travelling"],
  knownGaps: ["The text of messages is not in the log", "Chats from the owner's own network are not told here"],
  runbook: ["Who got the messages, and who opened the link?", "Delete the chats from the administration centre"],
  find: (world) => {
    const out: Finding[] = [];
    const strange = world
      .byAction(...ACTIONS)
      .filter((s) => isSuccess(s) && s.place.standing === "new" && !s.place.trustedDevice);
    for (const [account, events] of byAccount(strange)) {
      for (const [ip, mine] of groupBy(events, (s) => s.event.client.ip)) {
        const burst = firstWindow(mine, 30 * MINUTE, (inside) => new Set(inside.map(chat)).size >= MANY);
        if (!burst) continue;
        out.push({
          account,
          events: burst.slice(0, 10),
          dedup: `${ip}:${burst[0]!.event.occurredAt.slice(0, 13)}`,
          weight: weigh("chat-burst"),
          reason: `${new Set(burst.map(chat)).size} chats were written to within half an hour from ${ip}.`,
        });
      }
    }
    return out;
  },
});
