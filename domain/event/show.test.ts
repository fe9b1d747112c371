import fc from "fast-check";
import { expect, expectTypeOf, it } from "vitest";
import { show } from "./show.ts";
import { type HostileText, hostileText } from "./text.ts";

const FORBIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\p{Cs}]|[\u{e0000}-\u{e0fff}]/u;

it("no forbidden character survives, and showing twice changes nothing [S18]", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.integer({ min: 20, max: 300 }), (text, max) => {
      const once = show(text, max);
      expect(FORBIDDEN.test(once)).toBe(false);
      expect(show(once, max)).toBe(once);
    }),
    { numRuns: 500 },
  );
});

it("an override is named where it stands [S18]", () => {
  expect(show("invoice\u202Efdp.exe")).toBe("invoice⟦U+202E⟧fdp.exe");
  expect(show("a\u{E0041}b")).toBe("a⟦U+E0041⟧b");
});

it("long texts end with the number of characters left out", () => {
  expect(show("x".repeat(500), 100)).toBe(`${"x".repeat(100)}…⟦+400⟧`);
});

it("a run of combining marks is cut with a count", () => {
  expect(show(`a${"\u0301".repeat(40)}b`)).toContain("⟦+36 marks⟧");
});

it("hostile text is no string for the type checker [S18]", () => {
  expectTypeOf<HostileText>().not.toExtend<string>();
  expect(show(hostileText("a\u0007b"))).toBe("a⟦U+0007⟧b");
});
