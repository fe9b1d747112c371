import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { toWoff2 } from "./fonts.ts";

type Font = { familyName: string; layout: (text: string) => { positions: unknown } };
const require = createRequire(import.meta.url);
// The package has no types.
const { create } = require("fontkit") as { create: (bytes: Buffer) => Font };

describe("The fonts of the portal", () => {
  it("read the same as WOFF2 as they did before, in well under half the size", () => {
    const source = readFileSync(require.resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"));
    const packed = toWoff2(source);
    expect(packed.length).toBeLessThan(source.length / 2);
    expect(create(packed).familyName).toBe("Inter");
    expect(create(packed).layout("Petra 0123").positions).toEqual(create(source).layout("Petra 0123").positions);
  });
});
