import { expect, test } from "vitest";
import { keepLoops } from "./keep-loops.ts";

test("a Temporal server that does not answer yet is asked again, and the worker lives on", async () => {
  let asked = 0;
  const stop = keepLoops(
    {
      startLoops: async () => {
        asked += 1;
        if (asked < 3) throw new Error("deadline exceeded");
      },
    },
    1,
    10,
  );
  await expect.poll(() => asked).toBeGreaterThan(4);
  stop();
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(asked).toBe(before);
});
