/** What every bench needs: the same words, the same spread, and how fast the core is just now. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

export const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

export const spread = (list: readonly number[], unit: string, digits = 2): string =>
  `${median(list).toFixed(digits)} ${unit} (${Math.min(...list).toFixed(digits)}–${Math.max(...list).toFixed(digits)})`;

export type Percentiles = { p50: number; p99: number; max: number };

/** Nearest rank; NaN where there is nothing. */
export function percentiles(list: readonly number[]): Percentiles {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (p: number): number => sorted[Math.ceil((p / 100) * sorted.length) - 1] ?? Number.NaN;
  return { p50: at(50), p99: at(99), max: sorted.at(-1) ?? Number.NaN };
}

/** Beyond this drift of the calibrator a run says nothing. */
export const MOST_DRIFT = 0.15;

/** Processor time of this process, its collector's threads included, ms: what else runs on the machine counts less. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** How long a fixed work takes this core just now, ms. */
export function calibrate(clock: () => number = () => performance.now()): number {
  const started = clock();
  let x = 1;
  for (let i = 0; i < 60_000_000; i++) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
  if (x === 42) say("");
  return clock() - started;
}

/** Numbers in [0, 1), the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
