import type { Account, Seen } from "./world/seen.ts";

/** Groups in first-seen order. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const out = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const list = out.get(key);
    if (list) list.push(item);
    else out.set(key, [item]);
  }
  return out;
}

/** Cuts time-ordered events where they pause longer than `gap` (ms). */
export function runs(items: readonly Seen[], gap: number): Seen[][] {
  const out: Seen[][] = [];
  let current: Seen[] = [];
  for (const item of items) {
    const last = current.at(-1);
    if (last && item.at - last.at > gap) {
      out.push(current);
      current = [];
    }
    current.push(item);
  }
  if (current.length > 0) out.push(current);
  return out;
}

/**
 * The first stretch of `length` ms in which `enough` holds, grown to the end of its run; undefined when there is none.
 * Each event enters and leaves once.
 */
export function firstWindow(
  items: readonly Seen[],
  length: number,
  enough: (inside: Seen[]) => boolean,
): Seen[] | undefined {
  let start = 0;
  for (let end = 0; end < items.length; end++) {
    while (items[end]!.at - items[start]!.at > length) start++;
    const inside = items.slice(start, end + 1);
    if (inside.length >= 2 && enough(inside)) {
      let last = end;
      while (last + 1 < items.length && items[last + 1]!.at - items[last]!.at <= length) last++;
      return items.slice(start, last + 1);
    }
    if (inside.length > 400) start++;
  }
  return undefined;
}

export function withAccount(items: readonly Seen[]): (Seen & { account: Account })[] {
  return items.filter((seen): seen is Seen & { account: Account } => seen.account !== undefined);
}

export function byAccount(items: readonly Seen[]): Map<Account, Seen[]> {
  const out = new Map<Account, Seen[]>();
  for (const seen of withAccount(items)) {
    const list = out.get(seen.account);
    if (list) list.push(seen);
    else out.set(seen.account, [seen]);
  }
  return out;
}
