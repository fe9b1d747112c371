import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sha256 } from "../sha256.ts";
import { normalizeRecord } from "./index.ts";
import { printOf } from "./print.ts";
import { clean, isRaw } from "./raw.ts";

/** The print in its plainest form. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(",")}]`;
  if (!isRaw(value))
    return typeof value === "string" ? JSON.stringify(clean(value)) : (JSON.stringify(value) ?? "null");
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${plain(value[key])}`).join(",")}}`;
}

const printed = (value: unknown): string => {
  const print = printOf(value);
  return "fault" in print ? print.fault : new TextDecoder().decode(print.bytes);
};

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom('"', "\\", "\u0000", "\ud800", "a\u007fé漢😀", "\u2028", "x".repeat(40_000), "é".repeat(33_000)),
);
const record = fc.dictionary(
  fc.oneof(fc.constantFrom("Id", "id", "b", "a", "10", "9", "__proto__", "é", '"'), anyText),
  fc.oneof(
    anyText,
    fc.double(),
    fc.integer(),
    fc.constant(undefined),
    fc.jsonValue(),
    fc.array(anyText, { maxLength: 4 }),
  ),
);

it("is what the plain form is, for any record, and again for the next one of the kind", () => {
  fc.assert(
    fc.property(record, fc.jsonValue({ noUnicodeString: false }), (one, other) => {
      for (const value of [one, { ...one }, other, [one, other], { other, one }])
        expect(printed(value)).toBe(plain(value));
    }),
    { numRuns: 300 },
  );
});

it("refuses what is too deep, too long or too wide, and prints what is just within", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  expect(printed(nested(64))).toBe(plain(nested(64)));
  expect(printed(nested(65))).toBe("record is nested deeper than 64");
  const deep: unknown = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);
  expect(printed(deep)).toBe("record is nested deeper than 64");
  const wide = (keys: number) => Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, 1]));
  expect(printed(wide(2000))).toBe(plain(wide(2000)));
  expect(printed(wide(2001))).toBe("record has more than 2000 keys");
  expect(printed(Array(199_999).fill(1))).toBe(plain(Array(199_999).fill(1)));
  expect(printed(Array(200_000).fill(1))).toBe("record holds more than 200000 values");
  const long = (count: number) => Array.from({ length: count }, () => "x".repeat(32 * 1024));
  expect(printed(long(32))).toBe(plain(long(32)));
  expect(printed([...long(32), "x"])).toBe("record holds more than 1048576 characters");
});

it("the machine's own digest gives the same content hash as ours", () => {
  const raw = { Id: "u1", CreationTime: "2026-06-01T10:00:00", Operation: "Send", UserId: "a@b.example", é: "漢" };
  const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const [own, machines] = [normalizeRecord(raw), normalizeRecord(raw, { digest })];
  expect(own).toEqual(machines);
  expect(own).toMatchObject({ kind: "event", event: { contentHash: sha256(plain(raw)).slice(0, 32) } });
});
