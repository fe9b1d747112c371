import { defineConfig } from "vitest/config";

const postgres = "./cli/servers/vitest-postgres.ts";
const temporal = "./cli/servers/vitest-temporal.ts";
const portal = "./web/vitest-portal.ts";
const LONG = "**/*.long.test.ts";

type Choice = { setup?: string[]; order: number; workers?: number; seconds?: number; exclude?: string[] };

const project = (
  name: string,
  include: string[],
  { setup = [], order, workers = 2, seconds = 60, exclude = [] }: Choice,
) => ({
  test: {
    name,
    include,
    exclude: ["**/node_modules/**", "**/build/**", ...(name === "long" ? [] : [LONG]), ...exclude],
    globalSetup: setup,
    pool: "forks" as const,
    maxWorkers: workers,
    sequence: { groupOrder: order },
    testTimeout: seconds * 1000,
    hookTimeout: Math.max(seconds, 120) * 1000,
  },
});

export default defineConfig({
  test: {
    reporters: [process.env.PETRA_TEST_REPORTER ?? "default", "./lint/closing-line-reporter.ts"],
    passWithNoTests: true,
    projects: [
      project("pure", ["{domain,detections,lint,cli,bench}/**/*.test.ts"], {
        order: 0,
        seconds: 20,
        exclude: ["cli/servers/**"],
      }),
      project("simulator", ["simulator/**/*.test.ts"], { order: 1 }),
      project("db", ["db/**/*.test.ts"], { order: 2, setup: [postgres] }),
      project("api", ["api/**/*.test.ts"], { order: 2, setup: [postgres] }),
      project("activities", ["activities/**/*.test.ts"], { order: 2, setup: [postgres] }),
      project("servers", ["cli/servers/**/*.test.ts"], { order: 3, workers: 1, seconds: 120 }),
      // Together: browsers keep a core busy, workflows and scenarios wait most of their time.
      project("workflows", ["{workflows,temporal}/**/*.test.ts"], {
        order: 4,
        seconds: 120,
        setup: [postgres, temporal],
      }),
      project("web", ["web/**/*.test.ts"], { order: 4, seconds: 180, setup: [postgres, portal] }),
      project("scenarios", ["scenarios/**/*.test.ts"], { order: 4, seconds: 300, setup: [postgres, temporal, portal] }),
      project("long", [LONG], { order: 5, workers: 1, seconds: 3600, setup: [postgres, temporal] }),
    ],
  },
});
