import type { ScanView } from "#domain/view/portal.ts";

export type HeatCell = ScanView["cells"][number] & { level: 0 | 1 | 2 | 3; mark: "attacker" | null };
export type HeatRow = { source: string; cells: HeatCell[]; readPercent: number };

/** Cells by source, oldest week first; darkness by the square root of the count, findings laid on the week they began. */
export function heatRows(scan: ScanView): HeatRow[] {
  const most = Math.max(1, ...scan.cells.map((cell) => cell.records));
  const begins = scan.findings.map((finding) => Date.parse(finding.occurredAt));
  return [...new Set(scan.cells.map((cell) => cell.source))].map((source) => {
    const own = scan.cells.filter((cell) => cell.source === source).toSorted((a, b) => a.windowStart.localeCompare(b.windowStart));
    const cells = own.map((cell): HeatCell => {
      const part = Math.sqrt(cell.records / most);
      const level = cell.records === 0 ? 0 : part < 0.45 ? 1 : part < 0.8 ? 2 : 3;
      const holds = begins.some((at) => at >= Date.parse(cell.windowStart) && at < Date.parse(cell.windowEnd));
      return { ...cell, level, mark: holds && cell.state === "done" ? "attacker" : null };
    });
    const readable = cells.filter((cell) => cell.state !== "not-recorded");
    const done = readable.filter((cell) => cell.state === "done").length;
    return { source, cells, readPercent: readable.length === 0 ? 0 : Math.round((100 * done) / readable.length) };
  });
}
