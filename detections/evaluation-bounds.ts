/** P(X ≤ count) for a Poisson variable of this mean. */
function poissonCdf(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let k = 1; k <= count; k++) {
    term *= mean / k;
    sum += term;
  }
  return sum;
}

/** The exact one-sided 95 % upper bound of a Poisson mean of which `count` was seen: 3.0 for none. */
export function poissonUpper(count: number): number {
  let low = count;
  let high = count + 10 + 5 * Math.sqrt(count + 1);
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (poissonCdf(count, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** Wilson's 95 % interval of a share. */
export function wilson(hits: number, of: number): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const z = 1.96;
  const share = hits / of;
  const middle = share + (z * z) / (2 * of);
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return { low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}

export type Rate = { count: number; of: number; per1000: number | null; upper: number | null };

/** A count over an exposure as a rate per 1,000 with its upper bound; null where there was nothing to count over. */
export function rate(count: number, of: number): Rate {
  if (of === 0) return { count, of, per1000: null, upper: null };
  return { count, of, per1000: (count * 1000) / of, upper: (poissonUpper(count) * 1000) / of };
}
