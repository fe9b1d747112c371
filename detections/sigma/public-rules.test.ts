import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadRules } from "./load.ts";

const FOLDER = join(
  process.env.PETRA_SHARED ?? resolve(import.meta.dirname, "../../../shared"),
  "datasets/sigma-rules",
);
const present = existsSync(FOLDER);
if (!present) process.stderr.write(`SKIPPED: no Sigma rules at ${FOLDER}; set PETRA_SHARED to try them\n`);

const read = () =>
  loadRules(
    globSync("**/*.yml", { cwd: FOLDER })
      .sort()
      .map((file) => ({ file, text: readFileSync(join(FOLDER, file), "utf8") })),
  );

describe.skipIf(!present)("the public rules for Azure and Microsoft 365", () => {
  it("of 152, all about what Petra reads load; the others are refused for one of four reasons", () => {
    const { rules, refused } = read();
    expect(rules.length + refused.length).toBe(152);
    expect(rules.length).toBeGreaterThanOrEqual(99);
    const REASONS = [/activity log/, /placeholder/, /Privileged Identity/, /on the user, not on a sign-in/];
    expect(refused.filter(({ reason }) => !REASONS.some((known) => known.test(reason)))).toEqual([]);
  });

  it("every rule keeps its title, level and techniques", () => {
    const { rules } = read();
    const forwarding = rules.find((r) => r.file.endsWith("microsoft365_susp_email_forwarding_activity.yml"));
    expect(forwarding).toMatchObject({ level: "medium" });
    expect(forwarding?.attack.tactics.length).toBeGreaterThan(0);
    expect(rules.filter((r) => r.attack.techniques.length > 0).length).toBeGreaterThan(80);
  });
});
