import { defineDetection, type Finding } from "../define-detection.ts";
import { TOKEN_CLIENTS } from "../first-party-clients.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import { DAY, type Seen } from "../world/seen.ts";

type Reach = "broker" | "command-line" | "office";
const KEYS: Partial<Record<Reach, WeightKey>> = { broker: "broker-token", "command-line": "command-line-token" };

function clientOf(seen: Seen): { name: string; reach: Reach } | undefined {
  return TOKEN_CLIENTS.get(seen.event.client.appId ?? "");
}

/** The account used this client on an earlier day from somewhere it is at home. */
function usedBefore(seen: Seen, events: readonly Seen[]): boolean {
  return events.some(
    (s) =>
      s.at < seen.at - DAY / 2 &&
      s.event.outcome === "success" &&
      s.event.client.appId === seen.event.client.appId &&
      s.place.standing !== "new",
  );
}

export default defineDetection({
  id: "first-party-client-abuse",
  title: "Microsoft client that reaches far used from a strange place",
  severity: "high",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0006", technique: "T1528" },
    { tactic: "TA0005", technique: "T1550.001" },
  ],
  falsePositives: [
    "An administrator's first use of a command line while travelling",
    "A new computer being joined on the road",
  ],
  knownGaps: [
    "A client the owner uses himself says nothing",
    "The trade of one family token for another is seen only where non-interactive sign-ins are read",
  ],
  runbook: [
    "Ask the owner whether he ran this command line or joined a device",
    "Revoke sessions: tokens of this client are traded for those of others",
    "Look for a device registered right afterwards",
  ],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.byAction("sign-in"))) {
      const strange = events.filter((s) => {
        const client = clientOf(s);
        return (
          client !== undefined &&
          KEYS[client.reach] !== undefined &&
          s.event.outcome === "success" &&
          s.place.standing === "new" &&
          s.place.strangeness >= 0.75 &&
          !s.place.trustedDevice &&
          !usedBefore(s, events)
        );
      });
      for (const [dedup, run] of groupBy(strange, (s) => `${s.event.client.appId}:${s.event.client.ip}`)) {
        const seen = run[0]!;
        const client = clientOf(seen)!;
        out.push({
          account,
          events: run.slice(0, 4),
          known: seen,
          dedup,
          weight: weigh(KEYS[client.reach]!),
          reason: `${client.name}, which this account had not used before, got a token from ${seen.event.client.ip}: ${seen.place.notes.join(", ")}.`,
        });
      }
    }
    return out;
  },
});
