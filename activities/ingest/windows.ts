/** Where a source was read up to, and when it was last read deeply. */
type Cursor = { until?: string; deepAt?: string };
type Reach = { windowHours: number; keptDays: number; overlapMinutes: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FIRST_LOOK_HOURS = 24;
/** Closed windows are read again: late records arrive hours after the fact (L2). */
const DEEP_EVERY_MS = 15 * MINUTE_MS;
const DEEP_HOURS = 3;
const iso = (ms: number): string => new Date(ms).toISOString();

/** Is it time to read closed windows again? */
export function isDeep(cursor: Cursor, now: string): boolean {
  return cursor.deepAt === undefined || Date.parse(now) - Date.parse(cursor.deepAt) >= DEEP_EVERY_MS;
}

/**
 * The windows to read now, oldest first, each no longer than Microsoft answers, from the watermark less the overlap (or
 * three hours when deep) up to now; never further back than Microsoft keeps. The last one ends now.
 */
export function windowsSince(
  cursor: Cursor,
  reach: Reach,
  now: string,
  deep: boolean,
): { since: string; until: string }[] {
  const end = Date.parse(now);
  const floor = end - reach.keptDays * 24 * HOUR_MS;
  const behind = deep ? DEEP_HOURS * HOUR_MS : reach.overlapMinutes * MINUTE_MS;
  const start = cursor.until ? Date.parse(cursor.until) - behind : end - FIRST_LOOK_HOURS * HOUR_MS;
  const windows: { since: string; until: string }[] = [];
  for (let from = Math.max(start, floor); from < end; from += reach.windowHours * HOUR_MS) {
    windows.push({ since: iso(from), until: iso(Math.min(from + reach.windowHours * HOUR_MS, end)) });
  }
  return windows;
}
