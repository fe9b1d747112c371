import type { WorkflowBell } from "#activities/bell.ts";
import type { Db } from "#db/client.ts";
import { markJudged } from "#db/repos/ingest.ts";
import { findTenant } from "#db/repos/tenant.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";
import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";
import type { Analysis, AnalysisInput, InventoryItem } from "#domain/incident/analysis.ts";
import { applyAnalysis } from "./apply-analysis.ts";
import { loadWindow } from "./window.ts";

export { MONITOR_DAYS } from "./window.ts";

export type DetectDeps = {
  db: Db;
  clock: Clock;
  bell: WorkflowBell;
  analyze: (input: AnalysisInput) => Analysis;
  factsOf: (event: NormalizedEvent) => EventFacts;
  workflowIdOf: (tenantId: string, incidentId: string) => string;
  publicUrl: string;
};
type Owner = { orgId: string; tenantId: string };

/**
 * Judges a tenant's events of the last days and carries the result into incidents, failed attacks and notable events in one
 * transaction; then rings the workflows of what is new or has grown. Scan and monitoring share it. Answers how many
 * incidents were opened.
 */
export async function runDetections(
  deps: DetectDeps,
  owner: Owner,
  options: { days: number; inventory?: InventoryItem[]; blindSpots?: string[] },
): Promise<{ opened: string[]; grown: string[] }> {
  const asOf = deps.clock.now().toISOString();
  const loaded = await withWorkerScope(deps.db, owner, async (tx) => {
    const tenant = await findTenant(tx, owner.tenantId);
    return tenant && { tenant, ...(await loadWindow(tx, deps.db, tenant, { asOf, days: options.days })) };
  });
  if (!loaded) return { opened: [], grown: [] };
  const { tenant, since, stored, past, isWhole } = loaded;
  const analysis = deps.analyze({
    events: stored.map((s) => s.event),
    past,
    factsOf: deps.factsOf,
    asOf,
    ownDomains: tenant.domains,
    ...(options.inventory ? { inventory: options.inventory } : {}),
    ...(options.blindSpots ? { blindSpots: options.blindSpots } : {}),
  });
  const now = deps.clock.now().toISOString();
  const changed = await withWorkerScope(deps.db, owner, async (tx) => {
    const result = await applyAnalysis(tx, {
      deps,
      owner,
      stored,
      analysis,
      since,
      isWhole,
      now,
      hasInventory: options.inventory !== undefined,
      asOf,
    });
    await markJudged(tx, owner.tenantId, { since, ingestedUntil: asOf }, now);
    return result;
  });
  for (const id of changed.opened) await deps.bell.ensureIncident(owner.tenantId, id);
  for (const id of changed.grown) await deps.bell.wakeIncident(owner.tenantId, id, "evidence");
  return changed;
}
