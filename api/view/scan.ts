import type { ScanPage } from "#db/repos/portal-scan.ts";
import type { IncidentCard, ScanView } from "#domain/view/portal.ts";

const SETTLED = new Set(["done", "failed", "not-recorded"]);

/** The scan page from rows in the viewer's scope. Rate and estimate are left out until something is known. */
export function scanView(page: ScanPage, findings: IncidentCard[], now: string): ScanView {
  const { scan, tenant, cells } = page;
  const settled = cells.filter((cell) => SETTLED.has(cell.state)).length;
  const records = cells.reduce((sum, cell) => sum + cell.records, 0);
  const end = scan.completedAt ?? now;
  const seconds = scan.startedAt ? (Date.parse(end) - Date.parse(scan.startedAt)) / 1000 : 0;
  const isRunning = scan.state === "running" && settled > 0 && seconds > 0;
  return {
    id: scan.id,
    tenant,
    kind: scan.kind,
    state: scan.state,
    from: scan.fromAt,
    to: scan.toAt,
    startedAt: scan.startedAt,
    completedAt: scan.completedAt,
    progress: scan.state === "complete" ? 1 : cells.length === 0 ? 0 : settled / cells.length,
    records,
    recordsPerSecond: seconds > 0 ? Math.round((records / seconds) * 10) / 10 : null,
    estimateSeconds: isRunning ? Math.round((seconds / settled) * (cells.length - settled)) : null,
    cells: cells.map(({ source, windowStart, windowEnd, state, records: read, reason }) => ({
      source,
      windowStart,
      windowEnd,
      state,
      records: read,
      reason,
    })),
    blindSpots: scan.blindSpots,
    findings,
    targetedAccounts: targeted(page.attacks),
  };
}

/** Accounts that failed attacks were aimed at; the tries of an attack are spread evenly over its accounts. */
function targeted(attacks: ScanPage["attacks"]): ScanView["targetedAccounts"] {
  const found = new Map<string, { attempts: number; countries: Set<string> }>();
  for (const attack of attacks) {
    for (const upn of attack.accounts) {
      const entry = found.get(upn) ?? { attempts: 0, countries: new Set() };
      entry.attempts += Math.ceil(attack.attempts / Math.max(1, attack.accounts.length));
      for (const country of attack.countries) entry.countries.add(country);
      found.set(upn, entry);
    }
  }
  return [...found]
    .map(([upn, { attempts, countries }]) => ({ upn, attempts, countries: [...countries].sort() }))
    .sort((a, b) => b.attempts - a.attempts)
    .slice(0, 20);
}
