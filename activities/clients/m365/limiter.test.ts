import { expect, test, vi } from "vitest";
import { createLimiter, MICROSOFT_LIMITS } from "./limiter.ts";

test("in any ten seconds at most five reporting calls of one tenant start, and other tenants do not wait", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  try {
    const limiter = createLimiter();
    const starts: number[] = [];
    const calls = Array.from({ length: 17 }, async () => {
      await limiter.reporting("a");
      starts.push(performance.now());
    });
    let isOtherStarted = false;
    const other = limiter.reporting("b").then(() => {
      isOtherStarted = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(isOtherStarted).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all([...calls, other]);
    expect(starts).toHaveLength(17);
    for (const start of starts) {
      const inWindow = starts.filter((s) => s >= start && s < start + MICROSOFT_LIMITS.reporting.perMs);
      expect(inWindow.length).toBeLessThanOrEqual(MICROSOFT_LIMITS.reporting.calls);
    }
  } finally {
    vi.useRealTimers();
  }
});

test("at most four calls run at once in one mailbox, a failed one gives its place back", async () => {
  const limiter = createLimiter();
  let running = 0;
  let most = 0;
  const work = (n: number) =>
    limiter.mailbox("m", async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      if (n % 3 === 0) throw new Error("refused");
    });
  const results = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => work(n)));
  expect(most).toBe(4);
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(20);
});
