import { Context } from "@temporalio/activity";
import { type DetectDeps, MONITOR_DAYS, runDetections } from "#activities/detect/run-detections.ts";
import { untilStopped } from "#activities/loop.ts";
import { findWatermark, hasUnjudged, saveWatermark } from "#db/repos/ingest.ts";
import {
  type DueWatch,
  ensureEventPartitions,
  listDueWatches,
  listWorkerTenants,
  type WorkerTenant,
} from "#db/repos/platform.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import { isCollecting } from "#domain/tenant/lifecycle.ts";
import { refreshDirectory } from "./directory.ts";
import { newPollMemory, type PollDeps, type PollMemory, pollTenant } from "./poll-tenant.ts";

export type CollectDeps = PollDeps &
  DetectDeps & {
    /** Looks after due watches of one tenant's incidents (D13); paused tenants included (D5). */
    runWatches: (at: { tenantId: string }) => Promise<unknown>;
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
    onFault: (tenantId: string, error: unknown) => void;
  };

const AT_ONCE = 6;
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
  await untilStopped({ everyMs, lengthMs: deps.lengthMs, ...(kicks ? { kicks } : {}) }, async () => {
    context.heartbeat();
    if (performance.now() >= partitionsAt) {
      partitionsAt = performance.now() + PARTITION_EVERY_MS;
      const now = deps.clock.now().getTime();
      await ensureEventPartitions(
        deps.db,
        new Date(now).toISOString(),
        new Date(now + PARTITION_AHEAD_MS).toISOString(),
      );
    }
    const mine = (await listWorkerTenants(deps.db)).filter((t) => t.tenantKey % shard.shards === shard.shard);
    const due = mine.filter((t) => isDue(t, slots));
    await inParallel(due, async (tenant) => {
      const slot = slots.get(tenant.tenantId) ?? { nextAt: 0, isFirst: true, inventoryAt: 0, directoryAt: 0 };
      slots.set(tenant.tenantId, slot);
      slot.nextAt = performance.now() + deps.pollEveryMs;
      await guard(deps, tenant.tenantId, slot, () => collectTenant(deps, tenant, slot, memory));
      context.heartbeat();
    });
    const watches = await listDueWatches(deps.db, deps.clock.now().toISOString());
    await inParallel(tenantsOf(watches, mine), async (tenantId) => {
      await guard(deps, tenantId, undefined, () => deps.runWatches({ tenantId }));
      context.heartbeat();
    });
  });
}

function isDue(tenant: WorkerTenant, slots: Map<string, Slot>): boolean {
  if (!isCollecting(tenant.phase) || !tenant.microsoftTenantId) return false;
  return performance.now() >= (slots.get(tenant.tenantId)?.nextAt ?? 0);
}

const tenantsOf = (watches: DueWatch[], mine: WorkerTenant[]): string[] => {
  const due = new Set(watches.map((w) => w.tenantId));
  return mine.map((t) => t.tenantId).filter((id) => due.has(id));
};

async function guard(deps: CollectDeps, tenantId: string, slot: Slot | undefined, work: () => Promise<unknown>) {
  try {
    await work();
  } catch (error) {
    if (slot) slot.nextAt = performance.now() + FAULT_PAUSE_MS;
    deps.onFault(tenantId, error);
  }
}

async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, next));
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
