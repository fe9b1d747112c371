import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create } from "fontkit";
import { describe, expect, it } from "vitest";
import { toWoff2 } from "./fonts.ts";

describe("The fonts of the portal", () => {
  it("read the same as WOFF2 as they did before, in well under half the size", () => {
    const source = readFileSync(
      createRequire(import.meta.url).resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"),
    );
    const packed = toWoff2(source);
    expect(packed.length).toBeLessThan(source.length / 2);
    const [before, after] = [source, packed].map((bytes) => create(bytes as Buffer));
    if (!before || !after || !("layout" in before) || !("layout" in after)) throw new Error("Not a single font.");
    expect(after.familyName).toBe("Inter");
    expect(after.layout("Petra 0123").positions).toEqual(before.layout("Petra 0123").positions);
  });
});
