import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount } from "../windows.ts";
import { HOUR, type Seen } from "../world/seen.ts";

const FASTEST_KMH = 900;
const SHORTEST_KM = 700;
const EARTH_KM = 6371;
/** Telephones leave where their carrier likes, and a new provider at home is placed badly. */
const STRANGE_ENOUGH = 1.5;

type Point = { lat: number; lon: number };

function point(seen: Seen): Point | undefined {
  const place = seen.event.signIn?.location;
  return place?.lat !== undefined && place.lon !== undefined ? { lat: place.lat, lon: place.lon } : undefined;
}

function kilometres(a: Point, b: Point): number {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

export default defineDetection({
  id: "impossible-travel",
  title: "Two places in less time than a flight takes",
  severity: "medium",
  stage: "access",
  sources: ["sign-in-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: ["A VPN switched on", "A phone that leaves through its home carrier abroad"],
  knownGaps: [
    "Needs Microsoft's location of the sign-in, or two known countries",
    "Attackers who use an exit near the owner",
  ],
  runbook: ["Ask which of the two places was the owner", "Look at the client on each side"],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.byAction("sign-in"))) {
      let last: Seen | undefined;
      for (const seen of events) {
        if (seen.event.outcome !== "success" || !located(seen)) continue;
        if (last && leap(last, seen)) {
          out.push({
            account,
            events: [last, seen],
            dedup: `${seen.event.client.ip ?? ""}:${seen.event.occurredAt.slice(0, 10)}`,
            weight: weigh("impossible-travel"),
            reason: `${where(last)} and ${where(seen)} within ${Math.round((seen.at - last.at) / 60_000)} minutes.`,
          });
        }
        last = seen;
      }
    }
    return dropRepeats(out);
  },
});

function located(seen: Seen): boolean {
  return seen.place.standing !== "silent" && (point(seen) !== undefined || seen.facts.ip?.country !== undefined);
}

function where(seen: Seen): string {
  const place = seen.event.signIn?.location;
  return (
    [place?.city, place?.country ?? seen.facts.ip?.country].filter(Boolean).join(", ") || (seen.event.client.ip ?? "?")
  );
}

function leap(a: Seen, b: Seen): boolean {
  if (a.place.trustedDevice && b.place.trustedDevice) return false;
  if (a.place.standing !== "new" && b.place.standing !== "new") return false;
  if (a.facts.ip?.kind === "mobile" || b.facts.ip?.kind === "mobile") return false;
  if (Math.max(a.place.strangeness, b.place.strangeness) < STRANGE_ENOUGH) return false;
  const [p, q] = [point(a), point(b)];
  if (p && q) {
    const distance = kilometres(p, q);
    return distance > SHORTEST_KM && distance / Math.max((b.at - a.at) / HOUR, 0.05) > FASTEST_KMH;
  }
  const [x, y] = [a.facts.ip?.country, b.facts.ip?.country];
  return x !== undefined && y !== undefined && x !== y && b.at - a.at < HOUR;
}

/** Back and forth between the same two places is one finding. */
function dropRepeats(findings: Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((f) => {
    const key = `${f.account.key}:${f.events
      .map((e) => e.event.client.ip)
      .sort()
      .join()}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}
