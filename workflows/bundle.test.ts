import { describe, expect, it } from "vitest";
import { bundleWorkflows } from "#temporal/bundle.ts";
import * as workflows from "#workflows/index.ts";

const CEILING_BYTES = 4_000_000;

describe("the workflow bundle", () => {
  it("builds, stays small and holds no database and no schema library", async () => {
    const { code } = await bundleWorkflows();
    expect(code.length).toBeLessThan(CEILING_BYTES);
    for (const forbidden of ["node_modules/zod", "node_modules/drizzle-orm", "/db/schema", "/activities/"]) {
      expect(code.includes(`"./${forbidden}`) || code.includes(`${forbidden}/`), forbidden).toBe(false);
    }
    expect(code).toContain("respondToIncident");
  });
  it("exports every workflow by name", () => {
    expect(Object.keys(workflows).sort()).toEqual([
      "collect",
      "monitorTenant",
      "onboardTenant",
      "relay",
      "respondToIncident",
      "retractPhish",
      "scanTenant",
    ]);
  });
});
