import type { ArtifactSeed, Finding } from "./define-detection.ts";
import { type WeightKey, weigh } from "./weights.ts";
import { withAccount } from "./windows.ts";
import { type Account, DAY, isSuccess, type Seen } from "./world/seen.ts";
import type { World } from "./world/world.ts";

/** What one change of a setting means; `dedup` tells firings on the same thing apart. */
export type Act = {
  key: WeightKey;
  title: string;
  reason: string;
  dedup: string;
  artifacts?: ArtifactSeed[];
};

/** Days of earlier, ordinary doing from which on an act is somebody's work. */
const ROUTINE_DAYS = 2;

/**
 * True when this account did the same on other days before, the first of them at least three days ago, from places it is
 * at home in: somebody's daily work.
 */
export function isRoutine(seen: Seen, account: Account, actions: readonly string[]): boolean {
  if (seen.place.standing === "new" && seen.place.strangeness >= 1) return false;
  const days = new Set<number>();
  let oldest = seen.at;
  for (const earlier of account.events) {
    if (earlier.at >= seen.at - DAY / 2) break;
    if (!actions.includes(earlier.event.action) || !isSuccess(earlier)) continue;
    if (earlier.place.standing === "new" && earlier.place.strangeness >= 1) continue;
    days.add(Math.floor(earlier.at / DAY));
    oldest = Math.min(oldest, earlier.at);
  }
  return days.size >= ROUTINE_DAYS && seen.at - oldest >= 3 * DAY;
}

/** One finding for each successful change that `read` understands, the first of each kind and thing. */
export function settingsActs(
  world: World,
  actions: readonly string[],
  read: (seen: Seen & { account: Account }) => Act | undefined,
): Finding[] {
  const out = new Map<string, Finding>();
  for (const seen of withAccount(world.byAction(...actions))) {
    const act = isSuccess(seen) ? read(seen) : undefined;
    if (!act) continue;
    const key = `${seen.account.key}|${act.dedup}`;
    const known = out.get(key);
    if (known) {
      if (known.events.length < 8) known.events.push(seen);
      continue;
    }
    out.set(key, {
      account: seen.account,
      events: [seen],
      dedup: act.dedup,
      weight: weigh(act.key),
      title: act.title,
      reason: act.reason,
      ...(act.artifacts ? { artifacts: act.artifacts } : {}),
    });
  }
  return [...out.values()];
}

/** The day of an event, as it stands in dedup keys. */
export function dayOf(seen: Seen): string {
  return seen.event.occurredAt.slice(0, 10);
}
