import type { ScanView } from "#domain/view/portal.ts";

export type HeatCell = ScanView["cells"][number] & { level: 0 | 1 | 2 | 3 };
export type HeatRow = { source: string; cells: HeatCell[]; readPercent: number };

/** Cells by source, oldest week first; darkness by the square root of the count. "Not recorded" counts as nothing to read. */
export function heatRows(scan: Pick<ScanView, "cells">): HeatRow[] {
  const most = Math.max(1, ...scan.cells.map((cell) => cell.records));
  return [...new Set(scan.cells.map((cell) => cell.source))].map((source) => {
    const own = scan.cells.filter((cell) => cell.source === source);
    const cells = own
      .toSorted((a, b) => a.windowStart.localeCompare(b.windowStart))
      .map((cell): HeatCell => {
        const part = Math.sqrt(cell.records / most);
        return { ...cell, level: cell.records === 0 ? 0 : part < 0.45 ? 1 : part < 0.8 ? 2 : 3 };
      });
    const readable = cells.filter((cell) => cell.state !== "not-recorded");
    const done = readable.filter((cell) => cell.state === "done").length;
    return { source, cells, readPercent: readable.length === 0 ? 0 : Math.round((100 * done) / readable.length) };
  });
}

/** Whether a finding's first act lies in this week. */
export const beginsIn = (findings: ScanView["findings"], week: { windowStart: string; windowEnd: string }): boolean =>
  findings.some(({ occurredAt }) => {
    const at = Date.parse(occurredAt);
    return at >= Date.parse(week.windowStart) && at < Date.parse(week.windowEnd);
  });
