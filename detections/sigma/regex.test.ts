import fc from "fast-check";
import { expect, it } from "vitest";
import { compileRegex } from "./regex.ts";

const plain = { ignoreCase: false, multiline: false, dotAll: false };

it.each([
  "a",
  "^a",
  "a$",
  "^a.c$",
  "a+b",
  "a*b",
  "a?b",
  "(ab|ba)+",
  "[a-c]+",
  "[^a]",
  "a{2}",
  "a{1,2}b",
  "a{2,}",
  "a+?b",
  "\\d\\w\\s",
  "\\ba",
  "a\\B",
  "(?:a|b)c",
  "(?<x>a)b",
  "a|",
  "[a\\]]",
  "\\.",
  "[\\w.-]+@",
  "()",
  "(a|b)*c",
  "^$",
  "a\\-b",
  "[a-]",
])("%s finds what the language's own engine finds", (pattern) => {
  const mine = compileRegex(pattern, plain);
  const theirs = new RegExp(pattern);
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", "c", "A", "1", " ", ".", "-", "]", "@", "\n"), maxLength: 12 }),
      (text) => {
        expect(mine(text)).toBe(theirs.test(text));
      },
    ),
    { numRuns: 200 },
  );
});

it("flags in front and beside are taken", () => {
  expect(compileRegex("(?i)ABC", plain)("xabc")).toBe(true);
  expect(compileRegex("[^a]", { ...plain, ignoreCase: true })("AAaa")).toBe(false);
  expect(compileRegex("^b$", { ...plain, multiline: true })("a\nb\nc")).toBe(true);
  expect(compileRegex("a.b", { ...plain, dotAll: true })("a\nb")).toBe(true);
});
