import { expect, test } from "vitest";
import { closingLine, type TestRecord } from "./run-report.ts";

const record = (state: TestRecord["state"]): TestRecord => ({ project: "pure", file: "a.test.ts", title: "t", state });

test("the closing line counts passed and failed tests", () => {
  expect(closingLine({ tests: [record("passed"), record("passed"), record("failed")], failedOutside: 0 })).toBe(
    "2 passed, 1 failed",
  );
});

test("the closing line counts a file that failed before its tests", () => {
  expect(closingLine({ tests: [record("passed")], failedOutside: 2 })).toBe("1 passed, 2 failed");
});

test("the closing line names skipped tests only when there are some", () => {
  expect(closingLine({ tests: [record("skipped")], failedOutside: 0 })).toBe("0 passed, 0 failed, 1 skipped");
});
