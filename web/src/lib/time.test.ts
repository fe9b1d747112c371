import { describe, expect, it } from "vitest";
import { clock, format, relative, span, zoneName } from "./time.ts";

describe("Times as people read them", () => {
  it("say a duration in one unit", () => {
    expect([0, 41, 89, 90, 3600, 86_400, 4 * 86_400].map(span)).toEqual([
      "0 s",
      "41 s",
      "89 s",
      "2 min",
      "60 min",
      "24 h",
      "4 days",
    ]);
  });

  it("count like a clock, without a leading zero, and fall back to days", () => {
    expect([9, 449, 999, 3727].map(clock)).toEqual(["0:09", "7:29", "16:39", "1:02:07"]);
    expect(clock(90 * 86_400)).toBe("90 days");
  });

  it("look back and ahead", () => {
    const now = Date.parse("2026-11-18T03:00:00Z");
    expect(relative("2026-11-18T02:59:30Z", now)).toBe("30 s ago");
    expect(relative("2026-11-18T03:05:00Z", now)).toBe("in 5 min");
  });

  it("stand in the viewer's zone, with the zone named", () => {
    const at = "2026-11-18T23:30:05Z";
    expect(format(at, "time", "UTC")).toBe("23:30:05");
    expect(format(at, "datetime", "Asia/Singapore")).toBe("19 Nov, 07:30:05");
    expect(zoneName("Asia/Singapore", new Date(at))).toBe("Singapore, UTC+8");
    expect(zoneName("Europe/London", new Date(at))).toBe("London, UTC+0");
  });
});
