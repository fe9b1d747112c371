import fc from "fast-check";
import { expect, it } from "vitest";
import { parseTime } from "./time.ts";

it("reads what the clock of a computer reads, in each of the forms, and nothing outside of 2000 to 2100", () => {
  const when = fc.date({
    min: new Date("1999-06-01T00:00:00Z"),
    max: new Date("2100-06-01T00:00:00Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(when, fc.constantFrom(0, 3, 7), fc.constantFrom("", "Z", " UTC", "+02:00"), (date, digits, zone) => {
      const iso = date.toISOString();
      const fraction = digits === 0 ? "" : iso.slice(19, 23).padEnd(digits + 1, "9");
      const at = Date.parse(`${iso.slice(0, 19)}${digits === 0 ? ".000" : iso.slice(19, 23)}Z`);
      const wanted = new Date(zone === "+02:00" ? at - 2 * 3_600_000 : at);
      const isWithin = wanted >= new Date("2000-01-01T00:00:00Z") && wanted < new Date("2100-01-01T00:00:00Z");
      expect(parseTime(`${iso.slice(0, 19)}${fraction}${zone}`)).toBe(isWithin ? wanted.toISOString() : undefined);
    }),
    { numRuns: 500 },
  );
});

it("a month, day or hour that does not exist is no time", () => {
  for (const wrong of ["2026-13-01T00:00:00", "2026-00-01T00:00:00", "2026-01-32T00:00:00", "2026-01-00T00:00:00"])
    expect(parseTime(wrong)).toBeUndefined();
  for (const wrong of ["2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00ZZ"])
    expect(parseTime(wrong)).toBeUndefined();
  expect(parseTime("2026-02-29T00:00:00Z")).toBe("2026-03-01T00:00:00.000Z");
});
