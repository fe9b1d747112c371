import { expect, test } from "vitest";
import { inSeconds } from "./words.ts";

test("short times keep their tenths, long ones one unit, and what is not known is never a zero", () => {
  expect([0, 0.84, 9.96, 12.4, 600, null].map(inSeconds)).toEqual([
    "0.0 s",
    "0.8 s",
    "10.0 s",
    "12 s",
    "10 min",
    "not known",
  ]);
});
