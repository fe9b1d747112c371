/** One test of a run. */
export type TestRecord = { project: string; file: string; title: string; state: "passed" | "failed" | "skipped" };

/** What a test run leaves in `reports/`. */
export type RunReport = { at: string; failedOutside: number; tests: TestRecord[] };

/** "N passed, N failed", with ", N skipped" when there were any. */
export function closingLine({ tests, failedOutside }: Pick<RunReport, "tests" | "failedOutside">): string {
  const count = (state: TestRecord["state"]) => tests.filter((test) => test.state === state).length;
  const skipped = count("skipped");
  return `${count("passed")} passed, ${count("failed") + failedOutside} failed${skipped ? `, ${skipped} skipped` : ""}`;
}
