import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = "", light = "", dark = ""]) => [name, { light, dark }],
  ),
);
type Scheme = "light" | "dark";

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2 contrast of two tokens in a scheme. */
function contrast(front: string, back: string, scheme: Scheme): number {
  const colours = [front, back].map((name) => {
    const token = tokens.get(name);
    if (!token) throw new Error(`No token is called ${name}`);
    return luminance(token[scheme]);
  });
  return (Math.max(...colours) + 0.05) / (Math.min(...colours) + 0.05);
}

const AAA = 7;
const AA = 4.5;
const SHAPE = 3;
const rows: [front: string, back: string, least: number][] = [
  ...["ink", "ink2", "accent-ink", "red-ink", "amber-ink", "green-ink"].flatMap((ink): [string, string, number][] => [
    [ink, "canvas", AAA],
    [ink, "raised", AAA],
  ]),
  ["red-ink", "red-tint", AAA],
  ["amber-ink", "amber-tint", AAA],
  ["green-ink", "green-tint", AAA],
  ["accent-ink", "accent-tint", AA],
  ["ink", "red-tint", AAA],
  ["ink2", "red-tint", AAA],
  ["ink2", "amber-tint", AAA],
  ["ink2", "hover", AAA],
  ["ink2", "sunken", AAA],
  ["ink3", "canvas", AA],
  ["ink3", "raised", AA],
  ["ink3", "hover", AA],
  ["ink3", "sunken", AA],
  ["on-accent", "accent", AA],
  ["on-accent", "accent-press", AA],
  ...["control", "red", "amber", "green", "accent", "heat3"].map((mark): [string, string, number] => [
    mark,
    "canvas",
    SHAPE,
  ]),
];

describe("The colours of the portal", () => {
  it("are all there", () => {
    expect(tokens.size).toBeGreaterThan(30);
  });

  it.each(rows.flatMap((row) => (["light", "dark"] as const).map((scheme) => [...row, scheme] as const)))(
    "%s on %s has a contrast of at least %d in the %4$s scheme",
    (front, back, least, scheme) => {
      expect(contrast(front, back, scheme)).toBeGreaterThanOrEqual(least);
    },
  );
});
