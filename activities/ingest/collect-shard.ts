import { Context } from "@temporalio/activity";
import { type DetectDeps, MONITOR_DAYS, runDetections } from "#activities/detect/run-detections.ts";
import { untilStopped } from "#activities/loop.ts";
import { findWatermark, hasUnjudged, saveWatermark } from "#db/repos/ingest.ts";
import { ensureEventPartitions, listWorkerTenants, type WorkerTenant } from "#db/repos/platform.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import { isCollecting } from "#domain/tenant/lifecycle.ts";
import { refreshDirectory } from "./directory.ts";
import { newPollMemory, type PollDeps, type PollMemory, pollTenant } from "./poll-tenant.ts";

export type CollectDeps = PollDeps &
  DetectDeps & {
    /** Looks after watches that are due (D13), those of paused tenants included (D5); names the incidents that changed. */
    runWatches: () => Promise<{ wake: { tenantId: string; incidentId: string }[] }>;
    /** Between two polls of a tenant, ms. */
    pollEveryMs: number;
    /** How long one activity runs, ms. */
    lengthMs: number;
    /** Between two looks at what stands in a tenant, ms. */
    inventoryEveryMs: number;
    directoryEveryMs: number;
    /** Poll this tenant now; answers how to stop listening. */
    kicks?: (kick: (tenantId: string | undefined) => void) => () => void;
    /** Faults of one tenant must not stop the others; here they are told. */
    onFault: (name: string, error: unknown) => void;
  };

/** Tenants at work at once, and the watches beside them. */
const AT_ONCE = 7;
const WATCHES = "watches";
const SHORTEST_TURN_MS = 250;
const FAULT_PAUSE_MS = 15_000;
const PARTITION_AHEAD_MS = 28 * 86_400_000;
const PARTITION_EVERY_MS = 6 * 3_600_000;

type Slot = { nextAt: number; isFirst: boolean; inventoryAt: number; directoryAt: number };

/** One piece of a shard's endless loop: polls every tenant that is due, judges what is new, looks after due watches. */
export async function collectShard(deps: CollectDeps, shard: { shard: number; shards: number }): Promise<void> {
  const context = Context.current();
  const memory = newPollMemory();
  const slots = new Map<string, Slot>();
  let partitionsAt = 0;
  const kicks =
    deps.kicks &&
    ((wake: () => void) =>
      deps.kicks?.((tenantId) => {
        for (const [id, slot] of slots) if (tenantId === undefined || id === tenantId) slot.nextAt = 0;
        wake();
      }) ?? (() => {}));
  const everyMs = Math.max(SHORTEST_TURN_MS, Math.min(1_000, deps.pollEveryMs));
  const atWork = new Map<string, Promise<void>>();
  const begin = (name: string, slot: Slot | undefined, work: () => Promise<unknown>) => {
    const run = guard(deps, name, slot, work).finally(() => atWork.delete(name));
    atWork.set(name, run);
  };
  await untilStopped({ everyMs, lengthMs: deps.lengthMs, ...(kicks ? { kicks } : {}) }, async () => {
    context.heartbeat();
    if (performance.now() >= partitionsAt) {
      partitionsAt = performance.now() + PARTITION_EVERY_MS;
      const now = deps.clock.now().getTime();
      const ahead = new Date(now + PARTITION_AHEAD_MS).toISOString();
      await ensureEventPartitions(deps.db, new Date(now).toISOString(), ahead);
    }
    if (shard.shard === 0 && !atWork.has(WATCHES)) begin(WATCHES, undefined, () => lookAfterWatches(deps));
    const mine = (await listWorkerTenants(deps.db)).filter((t) => t.tenantKey % shard.shards === shard.shard);
    for (const tenant of mine) {
      if (atWork.size >= AT_ONCE) break;
      if (atWork.has(tenant.tenantId) || !isDue(tenant, slots)) continue;
      const slot = slots.get(tenant.tenantId) ?? { nextAt: 0, isFirst: true, inventoryAt: 0, directoryAt: 0 };
      slots.set(tenant.tenantId, slot);
      slot.nextAt = performance.now() + deps.pollEveryMs;
      begin(tenant.tenantId, slot, () => collectTenant(deps, tenant, slot, memory));
    }
  });
  await Promise.all(atWork.values());
}

async function lookAfterWatches(deps: CollectDeps): Promise<void> {
  const { wake } = await deps.runWatches();
  for (const { tenantId, incidentId } of wake) await deps.bell.wakeIncident(tenantId, incidentId, "watch");
}

function isDue(tenant: WorkerTenant, slots: Map<string, Slot>): boolean {
  if (!isCollecting(tenant.phase) || !tenant.microsoftTenantId) return false;
  return performance.now() >= (slots.get(tenant.tenantId)?.nextAt ?? 0);
}

async function guard(deps: CollectDeps, name: string, slot: Slot | undefined, work: () => Promise<unknown>) {
  try {
    await work();
  } catch (error) {
    if (slot) slot.nextAt = performance.now() + FAULT_PAUSE_MS;
    deps.onFault(name, error);
  }
}

async function collectTenant(deps: CollectDeps, tenant: WorkerTenant, slot: Slot, memory: PollMemory): Promise<void> {
  const { orgId, tenantId, tenantKey, microsoftTenantId } = tenant;
  if (!microsoftTenantId) return;
  const owner = { orgId, tenantId };
  const inserted = await pollTenant(deps, { ...owner, tenantKey, microsoftTenantId }, memory);
  const isPending = inserted > 0 || (slot.isFirst && (await isUnjudged(deps, owner)));
  slot.isFirst = false;
  if (isPending) await runDetections(deps, owner, { days: MONITOR_DAYS });
  const cloud = deps.cloud.tenant(microsoftTenantId);
  if (tenant.phase === "scanning") return;
  if (await isTime(deps, owner, "directory", deps.directoryEveryMs, slot, "directoryAt"))
    await refreshDirectory(deps.db, cloud, owner, () => deps.clock.now().toISOString());
  if (await isTime(deps, owner, "inventory", deps.inventoryEveryMs, slot, "inventoryAt")) {
    const { items, blind } = await cloud.inventory({ mailboxes: "all" });
    await runDetections(deps, owner, { days: MONITOR_DAYS, inventory: items, blindSpots: blind });
  }
}

const isUnjudged = (deps: CollectDeps, owner: { orgId: string; tenantId: string }): Promise<boolean> => {
  const since = new Date(deps.clock.now().getTime() - MONITOR_DAYS * 86_400_000).toISOString();
  return withWorkerScope(deps.db, owner, (tx) => hasUnjudged(tx, owner.tenantId, since));
};

/** Is the rarer look due? Its time lies in the watermarks, so a new process does not repeat it. */
async function isTime(
  deps: CollectDeps,
  owner: { orgId: string; tenantId: string },
  source: "inventory" | "directory",
  everyMs: number,
  slot: Slot,
  field: "inventoryAt" | "directoryAt",
): Promise<boolean> {
  const nowMs = deps.clock.now().getTime();
  if (nowMs < slot[field]) return false;
  return withWorkerScope(deps.db, owner, async (tx) => {
    const last = await findWatermark(tx, owner.tenantId, source);
    const lastMs = typeof last?.cursor.at === "string" ? Date.parse(last.cursor.at) : Number.NEGATIVE_INFINITY;
    slot[field] = lastMs + everyMs;
    if (nowMs < slot[field]) return false;
    const now = new Date(nowMs).toISOString();
    await saveWatermark(tx, owner, source, { cursor: { at: now }, lastPolledAt: now });
    slot[field] = nowMs + everyMs;
    return true;
  });
}
