import { setTimeout } from "node:timers/promises";
import type { WorkflowBell } from "#activities/bell.ts";
import type { Db } from "#db/client.ts";
import { markJudged } from "#db/repos/ingest.ts";
import type { AccountRow, LoadedCase, TenantRow } from "#db/repos/remediate.ts";
import { findTenant } from "#db/repos/tenant.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";
import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";
import type { Analysis, AnalysisInput, InventoryItem } from "#domain/incident/analysis.ts";
import { type Carried, carryFindings, carryIncidents } from "./apply-analysis.ts";
import { hastenInventory } from "./hasten-inventory.ts";
import { loadWindow, warmWindow } from "./window.ts";

export { MONITOR_DAYS } from "./window.ts";

export type DetectDeps = {
  db: Db;
  clock: Clock;
  bell: WorkflowBell;
  analyze: (input: AnalysisInput) => Analysis;
  factsOf: (event: NormalizedEvent) => EventFacts;
  workflowIdOf: (tenantId: string, incidentId: string) => string;
  publicUrl: string;
  /**
   * Step 1 in this process: begins to read the account while the incident is still being written down, and answers what
   * locks it. Without it, or where it answers nothing, the lock is left to the incident's workflow.
   */
  prepareLock?: (of: { tenant: TenantRow; account: AccountRow; incidentId: string }) => LockAtOnce | undefined;
};
export type LockAtOnce = (at: { tenantId: string; incidentId: string }, rows: LoadedCase) => Promise<unknown>;
type Owner = { orgId: string; tenantId: string };

/**
 * Judges a tenant's events of the last days. Incidents come first and are answered at once; whose each row was, failed
 * attacks and notable events follow in a transaction of their own, which also marks the events as judged: what dies in
 * between is judged again. Scan and monitoring share it. Answers what was opened and what has grown.
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
    ...(options.inventory ? { inventory: options.inventory } : { awaitsInventory: true }),
    ...(options.blindSpots ? { blindSpots: options.blindSpots } : {}),
  });
  const now = deps.clock.now().toISOString();
  const hasInventory = options.inventory !== undefined;
  const judged = { deps, owner, stored, analysis, since, isWhole, now, hasInventory, asOf };
  const carried =
    analysis.incidents.length > 0 ? await withWorkerScope(deps.db, owner, (tx) => carryIncidents(tx, judged)) : [];
  await Promise.all(carried.map((incident) => answer(deps, owner.tenantId, incident)));
  await withWorkerScope(deps.db, owner, async (tx) => {
    await carryFindings(tx, judged, carried);
    if (!hasInventory) await hastenInventory(tx, owner, stored, now);
    await markJudged(tx, owner.tenantId, { since, ingestedUntil: asOf }, now);
  });
  return {
    opened: carried.filter(({ isNew }) => isNew).map(({ incidentId }) => incidentId),
    grown: carried.filter(({ isNew, hasGrown }) => !isNew && hasGrown).map(({ incidentId }) => incidentId),
  };
}

/** Reads what the next judgement of a tenant needs before anything happens there. */
export async function prepareToJudge(deps: Pick<DetectDeps, "db" | "clock">, owner: Owner): Promise<void> {
  const asOf = deps.clock.now().toISOString();
  await withWorkerScope(deps.db, owner, async (tx) => {
    const tenant = await findTenant(tx, owner.tenantId);
    if (tenant) await warmWindow(tx, deps.db, tenant, asOf);
  });
}

/**
 * So long a lock in this process has before the incident's workflow begins, which would find it half done and take from
 * other locks what they need. Should the process die meanwhile, the events are judged again, and the workflow rung then.
 */
const HEAD_START_MS = 5_000;

/**
 * Locks where Response may, in this process and at once; then, or when that takes long, rings the incident's workflow, which
 * goes on from whatever came of it: every write is in the ledger, and of two attempts only one sends.
 */
async function answer(
  deps: DetectDeps,
  tenantId: string,
  { incidentId, isNew, hasGrown, isUnanswered, lockAtOnce }: Carried,
): Promise<void> {
  if (lockAtOnce) {
    const lock = lockAtOnce({ tenantId, incidentId }).catch(() => undefined);
    const isOver = new AbortController();
    await Promise.race([lock, setTimeout(HEAD_START_MS, undefined, { signal: isOver.signal }).catch(() => undefined)]);
    isOver.abort();
  }
  if (isNew) await deps.bell.ensureIncident(tenantId, incidentId);
  else if (hasGrown) await deps.bell.wakeIncident(tenantId, incidentId, "evidence");
  else if (isUnanswered) await deps.bell.ensureIncident(tenantId, incidentId);
}
