import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readRequirements, type Shown, showRequirements } from "../lint/requirements.ts";
import type { RunReport } from "../lint/run-report.ts";

const ROOT = join(import.meta.dirname, "..");
const reports = ["last-run.json", "last-long-run.json"]
  .map((name) => join(ROOT, "reports", name))
  .filter((file) => existsSync(file))
  .map((file) => JSON.parse(readFileSync(file, "utf8")) as RunReport);

const rules = readRequirements(readFileSync(join(ROOT, "docs/requirements.md"), "utf8"));
const shown = showRequirements(
  rules,
  reports.flatMap(({ tests }) => tests),
);
const mark: Record<Shown["state"], string> = { shown: "shown ", failed: "FAILED", "not shown": "  -   " };
for (const { id, sentence, state, tests } of shown) {
  console.log(`${id.padEnd(5)} ${mark[state]} ${sentence}`);
  for (const test of tests) console.log(`              ${test.state}: ${test.title} (${test.file})`);
}
const count = (state: Shown["state"]) => shown.filter((rule) => rule.state === state).length;
console.log(
  reports.length === 0
    ? "No test run is recorded yet: run npm test first."
    : `${count("shown")} shown, ${count("failed")} failed, ${count("not shown")} not shown, as of ${reports.map(({ at }) => at).join(" and ")}.`,
);
