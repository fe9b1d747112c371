import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { coverage, scans } from "../schema/ingest.ts";
import type { ScopedTx } from "../tenancy.ts";

export type ScanRecord = typeof scans.$inferSelect;
export type ScanWindow = { source: string; start: string; end: string };
type Owner = { orgId: string; tenantId: string };

/** The scan that onboarding asked for; the same one again when it is called twice. */
export async function ensureScan(
  tx: ScopedTx,
  owner: Owner,
  values: { fromAt: string; toAt: string },
): Promise<ScanRecord> {
  const [known] = await tx
    .select()
    .from(scans)
    .where(and(eq(scans.tenantId, owner.tenantId), inArray(scans.state, ["queued", "running"])))
    .limit(1);
  if (known) return known;
  const [made] = await tx
    .insert(scans)
    .values({ ...owner, kind: "scan", state: "queued", ...values })
    .returning();
  if (!made) throw new Error("The scan was not stored");
  return made;
}

export async function findScan(tx: ScopedTx, scanId: string): Promise<ScanRecord | undefined> {
  const [row] = await tx.select().from(scans).where(eq(scans.id, scanId));
  return row;
}

export async function updateScan(
  tx: ScopedTx,
  scanId: string,
  values: Partial<Pick<ScanRecord, "state" | "startedAt" | "completedAt" | "blindSpots" | "summary">>,
): Promise<void> {
  await tx.update(scans).set(values).where(eq(scans.id, scanId));
}

/** Writes the ledger's cells; cells that are there stay as they are. */
export async function planCoverage(
  tx: ScopedTx,
  owner: Owner,
  scanId: string,
  cells: (ScanWindow & { state: "waiting" | "not-recorded"; reason?: string })[],
  now: string,
): Promise<void> {
  if (cells.length === 0) return;
  await tx
    .insert(coverage)
    .values(
      cells.map((c) => ({
        ...owner,
        scanId,
        source: c.source,
        windowStart: c.start,
        windowEnd: c.end,
        state: c.state,
        reason: c.reason ?? null,
        updatedAt: now,
      })),
    )
    .onConflictDoNothing();
}

export async function setCoverage(
  tx: ScopedTx,
  scanId: string,
  window: ScanWindow,
  values: { state: "running" | "done" | "failed"; records?: number; reason?: string; updatedAt: string },
): Promise<void> {
  await tx
    .update(coverage)
    .set(values)
    .where(
      and(eq(coverage.scanId, scanId), eq(coverage.source, window.source), eq(coverage.windowStart, window.start)),
    );
}

export async function listCoverage(tx: ScopedTx, scanId: string): Promise<(typeof coverage.$inferSelect)[]> {
  return tx
    .select()
    .from(coverage)
    .where(eq(coverage.scanId, scanId))
    .orderBy(asc(coverage.source), asc(coverage.windowStart));
}

/** Records read so far by a scan. */
export async function countScanRecords(tx: ScopedTx, scanId: string): Promise<number> {
  const [row] = await tx
    .select({ n: sql<string>`coalesce(sum(${coverage.records}), 0)` })
    .from(coverage)
    .where(eq(coverage.scanId, scanId));
  return Number(row?.n ?? 0);
}
