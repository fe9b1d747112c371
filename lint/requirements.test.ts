import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { numbersOf, readRequirements, showRequirements } from "./requirements.ts";
import type { TestRecord } from "./run-report.ts";

const record = (title: string, state: TestRecord["state"]): TestRecord => ({
  project: "pure",
  file: "a.test.ts",
  title,
  state,
});

test("docs/requirements.md holds the rules 1 to 104, each once and in order", () => {
  const rules = readRequirements(readFileSync(join(import.meta.dirname, "../docs/requirements.md"), "utf8"));
  expect(rules.map(({ id }) => id)).toEqual(Array.from({ length: 104 }, (_, index) => `R${index + 1}`));
});

test("the numbers of a title are read one by one, and words in brackets are not", () => {
  expect(numbersOf("locks a synced account [R84, R85] [S16] [sic]")).toEqual(["R84", "R85", "S16"]);
});

test("a rule is shown by a passed test, failed by any failed one, and not shown by a skipped one", () => {
  const rules = ["R1", "R2", "R3", "R10"].map((id) => ({ id, sentence: "x" }));
  const tests = [
    record("a [R1]", "passed"),
    record("b [R2]", "passed"),
    record("c [R2]", "failed"),
    record("d [R3]", "skipped"),
  ];
  expect(showRequirements(rules, tests).map(({ id, state }) => [id, state])).toEqual([
    ["R1", "shown"],
    ["R2", "failed"],
    ["R3", "not shown"],
    ["R10", "not shown"],
  ]);
});
