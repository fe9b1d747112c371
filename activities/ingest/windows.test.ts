import { describe, expect, it } from "vitest";
import { isDeep, windowsSince } from "./windows.ts";

const reach = { windowHours: 24, keptDays: 7, overlapMinutes: 10 };
const now = "2026-11-20T12:00:00.000Z";

describe("the windows of a poll", () => {
  it("begin behind the watermark, because records come late, and end now [L2]", () => {
    expect(windowsSince({ until: "2026-11-20T11:59:00.000Z" }, reach, now, false)).toEqual([
      { since: "2026-11-20T11:49:00.000Z", until: now },
    ]);
  });
  it("read three hours again from time to time", () => {
    expect(isDeep({ deepAt: "2026-11-20T11:50:00.000Z" }, now)).toBe(false);
    expect(isDeep({ deepAt: "2026-11-20T11:45:00.000Z" }, now)).toBe(true);
    expect(windowsSince({ until: now }, reach, now, true)[0]?.since).toBe("2026-11-20T09:00:00.000Z");
  });
  it("leave no gap after an outage of days, and go no further back than Microsoft keeps", () => {
    const windows = windowsSince({ until: "2026-11-01T00:00:00.000Z" }, reach, now, false);
    expect(windows).toHaveLength(7);
    expect(windows[0]?.since).toBe("2026-11-13T12:00:00.000Z");
    for (const [i, w] of windows.entries()) if (i > 0) expect(w.since).toBe(windows[i - 1]?.until);
    expect(windows.at(-1)?.until).toBe(now);
  });
});
