import { defineConfig } from "vitest/config";

/** The quick tests of the engine and the judgement: each mutant runs them. */
export default defineConfig({
  test: {
    include: [
      "detections/{catalog,engine,engine-order,joins,leftover}.test.ts",
      "detections/judgement/**/*.test.ts",
      "detections/own/own.test.ts",
    ],
    // Much work for a mutant, and the other tests hold the same rules.
    testNamePattern: /^(?!.*(ten thousand|shuffled, doubled))/,
    pool: "threads",
    isolate: false,
    testTimeout: 20_000,
  },
});
