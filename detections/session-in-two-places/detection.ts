import { networkOf } from "#domain/event/address.ts";
import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import { tellingIp } from "../world/baseline.ts";
import { DAY, type Seen } from "../world/seen.ts";

/** System of a real browser; services and unknown clients do not tell. */
function system(seen: Seen): string | undefined {
  const agent = seen.facts.agent;
  return agent?.kind === "browser" || agent?.kind === "toolkit" ? `${agent.os ?? agent.family}` : undefined;
}

function family(seen: Seen): string | undefined {
  const agent = seen.facts.agent;
  return agent?.kind === "browser" || agent?.kind === "toolkit" ? `${agent.family}/${agent.os ?? ""}` : undefined;
}

export default defineDetection({
  id: "session-in-two-places",
  title: "One session used from two places",
  severity: "high",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log", "mailbox-audit"],
  needs: ["session", "ip", "agent", "baseline"],
  attack: [
    { tactic: "TA0006", technique: "T1539" },
    { tactic: "TA0005", technique: "T1550.004" },
  ],
  falsePositives: [
    "A laptop whose VPN goes up and down (same client, known network)",
    "A browser that pretends to be another system",
  ],
  knownGaps: ["Sources without a session id, and tokens used for Graph only"],
  runbook: [
    "Revoke sessions first: the copy lives on after a password change",
    "Compare what each side of the session did",
  ],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.events)) {
      const good = events.filter((s) => s.event.outcome !== "failure" && s.event.handles.sessionId && tellingIp(s));
      for (const [session, all] of groupBy(good, (s) => s.event.handles.sessionId)) {
        const pair = split(all);
        if (!pair) continue;
        const copied =
          family(pair[0]) !== undefined && family(pair[1]) !== undefined && system(pair[0]) !== system(pair[1]);
        const lost = !copied && losesDevice(pair[0], pair[1]);
        const [from, to] = pair.map((s) => s.event.client.ip ?? "?");
        out.push({
          account,
          events: pair,
          dedup: session,
          weight: weigh(copied ? "session-two-clients" : lost ? "session-lost-device" : "session-two-networks"),
          title: copied || lost ? "Session copied to another machine" : "Session moved to a strange network",
          reason: copied
            ? `One session was used by ${family(pair[0])} from ${from} and by ${family(pair[1])} from ${to}.`
            : lost
              ? `One session, begun on a known device from ${from}, went on without that device from ${to}.`
              : `One session moved from ${from} to ${to} (${pair[1].place.notes.join(", ")}).`,
        });
      }
    }
    return out;
  },
});

/** Two uses in different networks within a day, one of them strange; a change of client is preferred. */
function split(all: Seen[]): [Seen, Seen] | undefined {
  const networks = groupBy(all, (s) => networkOf(s.event.client.ip ?? ""));
  if (networks.size < 2) return undefined;
  let best: [Seen, Seen] | undefined;
  const firsts = [...networks.values()].flatMap((list) =>
    [...groupBy(list, family).values(), ...groupBy(list, showsDevice).values()].map((g) => g[0]!).concat(list[0]!),
  );
  for (const a of firsts) {
    for (const b of firsts) {
      if (
        a.at > b.at ||
        a === b ||
        b.at - a.at > 30 * DAY ||
        networkOf(a.event.client.ip!) === networkOf(b.event.client.ip!)
      )
        continue;
      if (!leaps(a, b)) continue;
      const changed = system(a) !== undefined && system(b) !== undefined && system(a) !== system(b);
      if (changed) return [a, b];
      if (!best || (losesDevice(a, b) && !losesDevice(...best))) best = [a, b];
    }
  }
  return best;
}

/** Whether a sign-in showed a device; other records never do. */
function showsDevice({ event }: Seen): string | undefined {
  return event.action === "sign-in" ? String(event.client.deviceId !== undefined) : undefined;
}

/** The known device of the session's sign-ins is gone, in a network the account was not at home in. */
function losesDevice(a: Seen, b: Seen): boolean {
  return (
    showsDevice(a) === "true" &&
    a.place.trustedDevice &&
    showsDevice(b) === "false" &&
    b.event.outcome === "success" &&
    b.place.standing === "new"
  );
}

const INFRASTRUCTURE = /^(hosting|vpn|tor|residential-proxy)$/;
/** Where a stolen session can have begun; a private VPN that goes down is its owner's. */
const RELAYS = /^(hosting|tor|residential-proxy)$/;

function isStrangeOn({ place, facts }: Seen, kinds: RegExp): boolean {
  return place.standing === "new" && place.strangeness >= 1 && kinds.test(facts.ip?.kind ?? "");
}

/** Same carrier or same phone on the move is no leap. */
function leaps(a: Seen, b: Seen): boolean {
  if (a.place.trustedDevice && b.place.trustedDevice) return false;
  const strange = [a, b].some((s) => s.place.standing === "new");
  if (!strange) return false;
  const changed = system(a) !== undefined && system(b) !== undefined && system(a) !== system(b);
  if (changed) return true;
  if (losesDevice(a, b)) return true;
  const asn = [a.facts.ip?.asn, b.facts.ip?.asn];
  if (asn[0] !== undefined && asn[0] === asn[1]) return false;
  const infrastructure = isStrangeOn(b, INFRASTRUCTURE) || isStrangeOn(a, RELAYS);
  const countries =
    a.facts.ip?.country !== undefined && b.facts.ip?.country !== undefined && a.facts.ip.country !== b.facts.ip.country;
  return infrastructure || (countries && b.at - a.at < 2 * 3_600_000);
}
