import { setTimeout as sleep } from "node:timers/promises";
import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import type { M365Cloud, M365Tenant } from "#activities/clients/m365/m365.ts";
import { type DetectDeps, runDetections } from "#activities/detect/run-detections.ts";
import { withHeartbeat } from "#activities/heartbeat.ts";
import { queueScanMessages } from "#activities/notify/queue.ts";
import { countTenantIncidents, listTargeted } from "#db/repos/detection.ts";
import { saveWatermark } from "#db/repos/ingest.ts";
import { writeAudit } from "#db/repos/order.ts";
import { listWorkerTenants, type WorkerTenant } from "#db/repos/platform.ts";
import { countScanRecords, findScan, listCoverage, planCoverage, setCoverage, updateScan } from "#db/repos/scan.ts";
import { findTenant, lockTenant, saveTenantState, tenantState } from "#db/repos/tenant.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { OwnRules } from "#domain/event/normalize/index.ts";
import { afterScan } from "#domain/tenant/lifecycle.ts";
import { LOOKBACK_DAYS } from "#domain/tenant/phases.ts";
import { refreshDirectory } from "./directory.ts";
import { planWindows, type ScanSource } from "./scan-windows.ts";
import { type PageOwner, storePage } from "./store-page.ts";

export type ScanDeps = DetectDeps & { cloud: M365Cloud; auditQueryEveryMs: number; ownRules?: OwnRules };
export type ScanActivities = ReturnType<typeof createScanActivities>;
type At = { tenantId: string; scanId: string };
type Cell = { source: ScanSource; start: string; end: string };

const BASELINE_MS = 3 * 86_400_000;

/** The activities of scanTenant; each may run again at any time. */
export function createScanActivities(deps: ScanDeps) {
  const now = () => deps.clock.now().toISOString();

  async function open(at: At): Promise<{ owner: PageOwner; cloud: M365Tenant }> {
    const tenant: WorkerTenant | undefined = (await listWorkerTenants(deps.db)).find((t) => t.tenantId === at.tenantId);
    if (!tenant?.microsoftTenantId) throw ApplicationFailure.nonRetryable("The tenant was removed", "NotFound");
    const { orgId, tenantId, tenantKey } = tenant;
    const { microsoftTenantId } = tenant;
    return { owner: { orgId, tenantId, tenantKey, microsoftTenantId }, cloud: deps.cloud.tenant(microsoftTenantId) };
  }

  async function storePages(
    owner: PageOwner,
    pages: AsyncIterable<{ records: unknown[]; body: string; receivedAt: string }>,
    source: ScanSource,
  ): Promise<number> {
    const eventSource =
      source === "audit-search" ? "ual" : source === "directory-audits" ? "directory-audit" : "sign-in";
    let records = 0;
    for await (const page of pages) {
      const stored = await storePage(
        deps.db,
        owner,
        { ...page, source: `scan:${source}`, eventSource, availableAt: null },
        deps.factsOf,
        now(),
        deps.ownRules,
      );
      records += stored.read;
      Context.current().heartbeat();
    }
    return records;
  }

  return {
    planScan: (at: At): Promise<{ windows: Cell[] }> =>
      withHeartbeat(async () => {
        const { owner, cloud } = await open(at);
        await refreshDirectory(deps.db, cloud, owner, now);
        return withWorkerScope(deps.db, owner, async (tx) => {
          const scan = await findScan(tx, at.scanId);
          const tenant = await findTenant(tx, at.tenantId);
          if (!scan || !tenant) throw ApplicationFailure.nonRetryable("No such scan", "NotFound");
          const iso = (value: string) => new Date(value).toISOString();
          const { cells, blindSpots } = planWindows(iso(scan.fromAt), iso(scan.toAt), tenant.capabilities);
          const { orgId, tenantId } = owner;
          await planCoverage(tx, { orgId, tenantId }, at.scanId, cells, now());
          await updateScan(tx, at.scanId, { state: "running", startedAt: scan.startedAt ?? now(), blindSpots });
          const done = new Set(
            (await listCoverage(tx, at.scanId))
              .filter((c) => c.state === "done" || c.state === "not-recorded")
              .map((c) => `${c.source}|${iso(c.windowStart)}`),
          );
          const windows = cells.filter((c) => !done.has(`${c.source}|${c.start}`));
          return { windows: windows.map(({ source, start, end }) => ({ source, start, end })) };
        });
      }),

    readScanWindow: ({ scanId, tenantId, ...cell }: At & Cell): Promise<{ records: number }> =>
      withHeartbeat(async () => {
        const { owner, cloud } = await open({ scanId, tenantId });
        const note = (values: Parameters<typeof setCoverage>[3]) =>
          withWorkerScope(deps.db, owner, (tx) => setCoverage(tx, scanId, cell, values));
        await note({ state: "running", updatedAt: now() });
        const window = { since: cell.start, until: cell.end };
        let pages: AsyncIterable<{ records: unknown[]; body: string; receivedAt: string }>;
        if (cell.source === "audit-search") pages = await search(cloud, { scanId, ...window }, deps.auditQueryEveryMs);
        else if (cell.source === "directory-audits") pages = cloud.directoryAudits(window);
        else pages = cloud.signIns({ ...window, interactive: cell.source === "sign-ins" });
        const records = await storePages(owner, pages, cell.source);
        await note({ state: "done", records, updatedAt: now() });
        return { records };
      }),

    /** A window that could not be read is a blind spot with a reason, not the end of the scan. */
    failScanWindow: async ({ scanId, tenantId, ...cell }: At & Cell): Promise<void> => {
      const { owner } = await open({ scanId, tenantId });
      const reason = `${cell.source} from ${cell.start.slice(0, 10)} to ${cell.end.slice(0, 10)} could not be read.`;
      await withWorkerScope(deps.db, owner, async (tx) => {
        await setCoverage(tx, scanId, cell, { state: "failed", reason, updatedAt: now() });
        const scan = await findScan(tx, scanId);
        if (scan && !scan.blindSpots.includes(reason))
          await updateScan(tx, scanId, { blindSpots: [...scan.blindSpots, reason] });
      });
    },

    /** Reads what stands in the tenant now and judges everything with it (R21, R64). */
    analyzeScan: (at: At): Promise<{ incidents: number }> =>
      withHeartbeat(async () => {
        const { owner, cloud } = await open(at);
        const { items, blind } = await cloud.inventory({ mailboxes: "all" });
        const { orgId, tenantId } = owner;
        const blindSpots = await withWorkerScope(deps.db, owner, async (tx) => {
          const scan = await findScan(tx, at.scanId);
          const all = [...new Set([...(scan?.blindSpots ?? []), ...blind])];
          await updateScan(tx, at.scanId, { blindSpots: all });
          for (const source of ["inventory", "directory"])
            await saveWatermark(tx, { orgId, tenantId }, source, { cursor: { at: now() }, lastPolledAt: now() });
          return all;
        });
        const found = await runDetections(
          deps,
          { orgId, tenantId },
          { days: LOOKBACK_DAYS + 1, inventory: items, blindSpots },
        );
        return { incidents: found.opened.length };
      }),

    /** Closes the scan, starts the 14 days (R28), and says "Petra Scan Complete". */
    finishScan: async (at: At): Promise<void> => {
      const { owner } = await open(at);
      const { orgId, tenantId } = owner;
      await withWorkerScope(deps.db, owner, async (tx) => {
        const row = await lockTenant(tx, tenantId);
        const scan = await findScan(tx, at.scanId);
        if (!row || !scan || scan.state === "complete") return;
        const records = await countScanRecords(tx, at.scanId);
        const cells = await listCoverage(tx, at.scanId);
        const read = cells.filter((c) => c.state === "done" && c.source === "audit-search");
        const span = read.reduce((ms, c) => ms + Date.parse(c.windowEnd) - Date.parse(c.windowStart), 0);
        const baselineFilled = span >= BASELINE_MS;
        const incidents = await countTenantIncidents(tx, tenantId);
        const targeted = await listTargeted(tx, tenantId, 5);
        await updateScan(tx, at.scanId, {
          state: "complete",
          completedAt: now(),
          summary: { records, incidents, targeted, baselineFilled },
        });
        const next = afterScan({ ...(await tenantState(tx, row)), baselineFilled }, now());
        await saveTenantState(tx, tenantId, row.phase === "paused" ? { ...next, phase: "paused" } : next);
        const iso = (value: string) => new Date(value).toISOString();
        await queueScanMessages(
          tx,
          { orgId, tenantId },
          at.scanId,
          {
            tenant: row.name,
            incidents,
            records,
            from: iso(scan.fromAt),
            to: iso(scan.toAt),
            blindSpots: scan.blindSpots,
            targeted,
            url: `${deps.publicUrl}/scans/${at.scanId}`,
          },
          now(),
        );
        await writeAudit(tx, {
          orgId,
          tenantId,
          incidentId: null,
          at: now(),
          actor: { kind: "system", room: "scan" },
          action: "scan.complete",
          object: at.scanId,
          detail: { records, incidents },
        });
      });
      await deps.bell.wakeTenant(tenantId, "scan-complete");
    },
  };
}

/** Asks Microsoft to search, waits, and hands out the pages. A search that fails is asked again by Temporal. */
async function search(
  cloud: M365Tenant,
  window: { scanId: string; since: string; until: string },
  everyMs: number,
): Promise<AsyncIterable<{ records: unknown[]; body: string; receivedAt: string }>> {
  const name = `petra ${window.scanId.slice(0, 8)} ${window.since.slice(0, 10)}`;
  const { queryId } = await cloud.startAuditQuery({ since: window.since, until: window.until, name });
  for (;;) {
    const state = await cloud.auditQueryState(queryId);
    if (state === "succeeded") return cloud.auditQueryRecords(queryId);
    if (state === "failed" || state === "cancelled") throw new Error(`The audit search ended as ${state}`);
    await sleep(everyMs, undefined, { signal: Context.current().cancellationSignal });
  }
}
