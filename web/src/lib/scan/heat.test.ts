import { describe, expect, it } from "vitest";
import type { ScanView } from "#domain/view/portal.ts";
import { heatRows } from "./heat.ts";

const cell = (
  source: string,
  week: number,
  state: ScanView["cells"][number]["state"],
  records = 0,
): ScanView["cells"][number] => ({
  source,
  windowStart: new Date(Date.UTC(2026, 5, 1 + 7 * week)).toISOString(),
  windowEnd: new Date(Date.UTC(2026, 5, 8 + 7 * week)).toISOString(),
  state,
  records,
  reason: null,
});

describe("The heat strip of a scan", () => {
  it("stands oldest week first, whatever order the cells came in", () => {
    const [row] = heatRows({
      cells: [cell("Exchange", 2, "done", 5), cell("Exchange", 0, "done", 5), cell("Exchange", 1, "done", 5)],
    });
    expect(row?.cells.map((c) => c.windowStart)).toEqual(row?.cells.map((c) => c.windowStart).toSorted());
  });

  it("counts what Microsoft did not record as nothing to read, not as read", () => {
    const [row] = heatRows({
      cells: [cell("Exchange", 0, "not-recorded"), cell("Exchange", 1, "done", 9), cell("Exchange", 2, "waiting")],
    });
    expect(row?.readPercent).toBe(50);
    const [blind] = heatRows({ cells: [cell("Teams", 0, "not-recorded")] });
    expect(blind?.readPercent).toBe(0);
  });

  it("is darker for more records, and lightest for none", () => {
    const [row] = heatRows({
      cells: [cell("Entra", 0, "done", 0), cell("Entra", 1, "done", 100), cell("Entra", 2, "done", 10_000)],
    });
    expect(row?.cells.map((c) => c.level)).toEqual([0, 1, 3]);
  });
});
