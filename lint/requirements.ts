import type { TestRecord } from "./run-report.ts";

/** A product rule: its number and its sentence. */
export type Requirement = { id: string; sentence: string };

/** A rule with the tests that carry its number. Shown means: there are some, and every one that ran passed. */
export type Shown = Requirement & { state: "shown" | "failed" | "not shown"; tests: TestRecord[] };

/** Reads the lines `- R1: sentence` of docs/requirements.md. */
export const readRequirements = (markdown: string): Requirement[] =>
  [...markdown.matchAll(/^- (R\d+): (.+)$/gm)].map((match) => ({ id: match[1]!, sentence: match[2]! }));

/** The rule numbers at the end of a test's title: `… [R84]`, also `[R84, R85]` and `[R84] [S3]`. */
export const numbersOf = (title: string): string[] =>
  [...title.matchAll(/\[([^\]]+)\]/g)].flatMap((match) =>
    match[1]!.split(/[,\s]+/).filter((word) => /^[RSL]\d+$/.test(word)),
  );

/** Joins rules with the tests of the last runs. A skipped test shows nothing. */
export function showRequirements(rules: readonly Requirement[], tests: readonly TestRecord[]): Shown[] {
  return rules.map((rule) => {
    const own = tests.filter((test) => numbersOf(test.title).includes(rule.id));
    const state = own.some((test) => test.state === "failed")
      ? "failed"
      : own.some((test) => test.state === "passed")
        ? "shown"
        : "not shown";
    return { ...rule, state, tests: own };
  });
}
