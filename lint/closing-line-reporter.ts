import { mkdirSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { closingLine, type RunReport, type TestRecord } from "./run-report.ts";

/**
 * Prints "N passed, N failed" alone as the last line of a run, and saves every test's outcome to the file named by
 * PETRA_TEST_REPORT. A file that fails before its tests, and an error outside of tests, count as one failure each.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests: TestRecord[] = [];
    let failedOutside = unhandledErrors.length;
    for (const module of modules) {
      const before = tests.length;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        tests.push({
          project: module.project.name,
          file: module.relativeModuleId,
          title: test.fullName,
          state: state === "pending" ? "failed" : state,
        });
      }
      const shown = tests.slice(before).some((test) => test.state === "failed");
      if (!module.ok() && !shown) failedOutside++;
    }
    const report: RunReport = { at: new Date().toISOString(), failedOutside, tests };
    const file = process.env.PETRA_TEST_REPORT;
    if (file) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
    }
    process.once("exit", () => writeSync(1, `${closingLine(report)}\n`));
  }
}
