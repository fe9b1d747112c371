/** Virtual time: the real clock plus an offset that only ever grows. All times in the simulator come from here. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  iso(): string;
  advance(ms: number): void;
  set(toMs: number): void;
  readonly offsetMs: number;
}

export function createClock(options: { offsetMs?: number; frozenAt?: number } = {}): Clock {
  let offset = options.offsetMs ?? 0;
  const base = (): number => options.frozenAt ?? Date.now();
  return {
    now: () => base() + offset,
    iso: () => new Date(base() + offset).toISOString(),
    advance: (ms) => {
      if (ms < 0) throw new RangeError("the virtual clock cannot go back");
      offset += ms;
    },
    set: (toMs) => {
      offset = Math.max(offset, toMs - base());
    },
    get offsetMs() {
      return offset;
    },
  };
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Graph form: whole seconds with Z. */
export const graphTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Unified audit log form: UTC without a zone. */
export const ualTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
