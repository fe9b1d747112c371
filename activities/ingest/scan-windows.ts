import type { ScanWindow } from "#db/repos/scan.ts";
import type { Capability } from "#domain/tenant/phases.ts";

/** Sources of the look-back: the unified audit log by search, the directory's logs as long as Microsoft keeps them. */
export const SCAN_SOURCES = ["audit-search", "sign-ins", "sign-ins-non-interactive", "directory-audits"] as const;
export type ScanSource = (typeof SCAN_SOURCES)[number];
export type ScanCell = ScanWindow & { source: ScanSource; state: "waiting" | "not-recorded"; reason?: string };

const DAY_MS = 86_400_000;
const WINDOW_DAYS = 7;
const KEPT_DAYS: Record<ScanSource, number> = {
  "audit-search": 180,
  "sign-ins": 30,
  "sign-ins-non-interactive": 30,
  "directory-audits": 30,
};
const WORDS: Record<ScanSource, string> = {
  "audit-search": "The unified audit log",
  "sign-ins": "The sign-in log",
  "sign-ins-non-interactive": "The log of background sign-ins",
  "directory-audits": "The directory's audit log",
};

/**
 * The cells of the coverage ledger, newest first so that findings that matter come early, and in words what the scan cannot
 * see: what Microsoft does not keep, what needs a licence, what was not switched on (R25).
 */
export function planWindows(
  from: string,
  to: string,
  capabilities: Capability[],
): { cells: ScanCell[]; blindSpots: string[] } {
  const cells: ScanCell[] = [];
  const blindSpots: string[] = [];
  for (const source of SCAN_SOURCES) {
    const blocked = blockedBy(source, capabilities);
    if (blocked) blindSpots.push(blocked);
    const recordedFrom = Math.max(recordedSince(source, capabilities), Date.parse(to) - KEPT_DAYS[source] * DAY_MS);
    if (!blocked && recordedFrom > Date.parse(from) + DAY_MS)
      blindSpots.push(`${WORDS[source]} reaches back to ${new Date(recordedFrom).toISOString().slice(0, 10)} only.`);
    for (let end = Date.parse(to); end > Date.parse(from); end -= WINDOW_DAYS * DAY_MS) {
      const start = Math.max(end - WINDOW_DAYS * DAY_MS, Date.parse(from));
      const window = { source, start: new Date(start).toISOString(), end: new Date(end).toISOString() };
      if (blocked) cells.push({ ...window, state: "not-recorded", reason: blocked });
      else if (end <= recordedFrom)
        cells.push({ ...window, state: "not-recorded", reason: `${WORDS[source]} does not reach back so far.` });
      else cells.push({ ...window, state: "waiting" });
    }
  }
  return { cells, blindSpots };
}

function blockedBy(source: ScanSource, capabilities: Capability[]): string | undefined {
  const need = source === "audit-search" ? "audit-log" : source.startsWith("sign-ins") ? "p1" : undefined;
  const lacking = capabilities.find((c) => c.id === need && !c.ok);
  return lacking && `${WORDS[source]} cannot be read: ${lacking.reason}`;
}

/** An audit log that was switched on recently has recorded nothing before. */
function recordedSince(source: ScanSource, capabilities: Capability[]): number {
  if (source !== "audit-search") return Number.NEGATIVE_INFINITY;
  const since = capabilities.find((c) => c.id === "audit-log" && c.ok)?.since;
  return since ? Date.parse(since) : Number.NEGATIVE_INFINITY;
}
