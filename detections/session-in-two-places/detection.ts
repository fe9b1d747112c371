import { networkOf } from "#domain/event/address.ts";
import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import { clientOf } from "../words.ts";
import { tellingIp } from "../world/baseline.ts";
import { DAY, HOUR, type Seen } from "../world/seen.ts";

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
    "A company that sends part of its traffic past its gateway, on the first days of a line",
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
        const found = split(all) ?? alternates(all);
        if (!found) continue;
        const { key, pair, back } = found;
        const copied = key === "session-two-clients";
        const lost = key === "session-lost-device" || key === "session-lost-habit";
        const [from, to] = pair.map((s) => s.event.client.ip ?? "?");
        out.push({
          account,
          events: back ? [...pair, back] : pair,
          dedup: session,
          weight: weigh(key),
          title: copied || lost ? "Session copied to another machine" : "Session moved to a strange network",
          reason: copied
            ? `One session was used by ${clientOf(pair[0].facts.agent)} from ${from} and by ${clientOf(pair[1].facts.agent)} from ${to}.`
            : lost
              ? `One session, begun on a known device from ${from}, went on without that device from ${to}.`
              : `One session ${back ? "was used from" : "moved from"} ${from} ${back ? "and in between from" : "to"} ${to} (${pair[1].place.notes.join(", ")}).`,
        });
      }
    }
    return out;
  },
});

type Use =
  | "session-two-clients"
  | "session-lost-habit"
  | "session-lost-device"
  | "session-two-networks"
  | "session-on-vpn";
/** Two uses in two networks, and where it tells, the use that came back to the first. */
type Split = { key: Use | "session-two-homes"; pair: [Seen, Seen]; back?: Seen };
const RANK: readonly string[] = [
  "session-on-vpn",
  "session-two-networks",
  "session-lost-device",
  "session-lost-habit",
  "session-two-clients",
];

/** What two uses of one session in two networks say; undefined where a laptop on the move explains them. */
function use(a: Seen, b: Seen): Use | undefined {
  if (b.at - a.at > 30 * DAY || !leaps(a, b)) return undefined;
  if (changes(a, b)) return "session-two-clients";
  if (losesDevice(a, b)) return b.place.lacksDevice ? "session-lost-habit" : "session-lost-device";
  return switchedOn(a, b) ? "session-on-vpn" : "session-two-networks";
}

/** The same kind of client on a private VPN whose exit is in a country the account knows. */
function switchedOn(a: Seen, b: Seen): boolean {
  const [p, q] = [family(a), family(b)];
  return b.facts.ip?.kind === "vpn" && !b.place.newCountry && (p === undefined || q === undefined || p === q);
}

/** The first pair of uses that says most: each use beside the latest ones before it in every other network. */
function split(all: readonly Seen[]): Split | undefined {
  const latest = new Map<string, { network: string; seen: Seen }>();
  let best: Split | undefined;
  for (const b of all) {
    const network = networkOf(b.event.client.ip ?? "");
    for (const { network: other, seen: a } of latest.values()) {
      if (other === network) continue;
      const key = use(a, b);
      if (key && (!best || RANK.indexOf(key) > RANK.indexOf(best.key))) best = { key, pair: [a, b] };
    }
    latest.set(`${network}|${family(b)}|${showsDevice(b)}`, { network, seen: b });
  }
  return best;
}

const MOVING = /^(mobile|vpn|proxy|microsoft|private)$/;

/** Two lines that both stay where they are, and are not the old and the new addresses of one line. */
function apart(a: Seen, b: Seen): boolean {
  if ([a, b].some((s) => MOVING.test(s.facts.ip?.kind ?? ""))) return false;
  const [p, q] = [a.facts.ip?.asn, b.facts.ip?.asn];
  if (p !== undefined && q !== undefined) return p !== q;
  return a.event.client.ip?.includes(":") === b.event.client.ip?.includes(":");
}

/** At home, in a strange place, and at home again within the hour: no laptop does that. */
function alternates(all: readonly Seen[]): Split | undefined {
  for (const [n, b] of all.entries()) {
    if (b.place.standing !== "new" || b.place.trustedDevice) continue;
    const isHome = (s: Seen): boolean =>
      Math.abs(s.at - b.at) <= HOUR && (s.place.standing === "own" || s.place.standing === "company") && apart(s, b);
    const back = all.slice(n + 1).find(isHome);
    const before = back && all.slice(0, n).findLast((a) => isHome(a) && sameNetwork(a, back));
    if (before) return { key: "session-two-homes", pair: [before, b], back };
  }
  return undefined;
}

function sameNetwork(a: Seen, b: Seen): boolean {
  return networkOf(a.event.client.ip ?? "") === networkOf(b.event.client.ip ?? "");
}

function changes(a: Seen, b: Seen): boolean {
  return system(a) !== undefined && system(b) !== undefined && system(a) !== system(b);
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
  if (changes(a, b)) return true;
  if (losesDevice(a, b)) return true;
  const asn = [a.facts.ip?.asn, b.facts.ip?.asn];
  if (asn[0] !== undefined && asn[0] === asn[1]) return false;
  const infrastructure = isStrangeOn(b, INFRASTRUCTURE) || isStrangeOn(a, RELAYS);
  const countries =
    a.facts.ip?.country !== undefined && b.facts.ip?.country !== undefined && a.facts.ip.country !== b.facts.ip.country;
  return infrastructure || (countries && b.at - a.at < 2 * HOUR);
}
