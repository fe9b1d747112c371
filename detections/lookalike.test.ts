import { expect, it } from "vitest";
import { imitated, isNameless, looksLike } from "./lookalike.ts";

it.each([
  ["anna.smith", "аnna.smith"],
  ["claire.moore", "c1aire.moore"],
  ["karen.moore", "karen.rnoore"],
  ["nina.novak", "пina.novak"],
])("%s and %s are taken for one", (a, b) => {
  expect(looksLike(a, b)).toBe(true);
});

it.each([
  ["Łukasz.Nowak", "lukasz.nowak"],
  ["Jørgen.Hansen", "jorgen.hansen"],
  ["Strauß", "strauss"],
  ["Işık.Demir", "isik.demir"],
  ["müller", "muller"],
  ["anna.smith", "anna.smyth"],
])("%s and %s are one name written plainly, or two names", (a, b) => {
  expect(looksLike(a, b)).toBe(false);
});

it("a brand in look-alike letters is a disguise, the brand itself is not, and years are no letters", () => {
  expect(imitated("Micros0ft Teams")).toEqual({ word: "microsoft", how: "disguised" });
  expect(imitated("DocuSlgn Viewer")).toEqual({ word: "docusign", how: "disguised" });
  expect(imitated("DocuSIGN")?.how).toBe("plain");
  expect(imitated("Microsoft Teams")?.how).toBe("plain");
  expect(imitated("Holiday 2026 plan")).toBeUndefined();
  expect(isNameless("..")).toBe(true);
  expect(isNameless("News")).toBe(false);
});
