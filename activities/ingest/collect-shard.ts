import { type DetectDeps, MONITOR_DAYS, prepareToJudge, runDetections } from "#activities/detect/run-detections.ts";
import { untilStopped } from "#activities/loop.ts";
import { hasUnjudged } from "#db/repos/ingest.ts";
import { ensureEventPartitions, listWorkerTenants, type WorkerTenant } from "#db/repos/platform.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import { isCollecting } from "#domain/tenant/lifecycle.ts";
import { type HousekeepingDeps, keepHouse } from "./housekeeping.ts";
import { newPollMemory, type PollDeps, type PolledTenant, pollOnce } from "./poll-tenant.ts";
import { POLLED_SOURCES, type Source } from "./sources.ts";
import { type Faults, OwedWork, TaskBoard } from "./task-board.ts";

export type CollectDeps = PollDeps &
  DetectDeps &
  HousekeepingDeps & {
    /** Looks after watches that are due (D13), those of paused tenants included (D5); names the incidents that changed. */
    runWatches: () => Promise<{ wake: { tenantId: string; incidentId: string }[] }>;
    /** New records of this tenant are stored: a lock that one of them shows opened is looked at now. */
    hastenLocks: (tenant: { orgId: string; tenantId: string }) => Promise<unknown>;
    /** New records are stored: those of Petra's own acts are compared with its ledger (S49). */
    compareBooks: (tenant: { orgId: string; tenantId: string }) => Promise<unknown>;
    /** Between two polls of a source, ms; a source may ask for more. */
    pollEveryMs: number;
    /** How long one activity runs, ms. */
    lengthMs: number;
    /** Poll this tenant (or all) now; answers how to stop listening. */
    kicks?: (kick: (tenantId: string | undefined) => void) => () => void;
    /** Faults of one tenant must not stop the others; here they are told. */
    onFault: Faults;
  };

/** Pieces of work at once: polls, judgements and watches of all tenants of the shard. */
const AT_ONCE = 24;
const SHORTEST_TURN_MS = 250;
const WATCH_EVERY_MS = 1_000;
const HOUSEKEEPING_EVERY_MS = 60_000;
const PREPARE_EVERY_MS = 600_000;
const PARTITION_AHEAD_MS = 28 * 86_400_000;
const PARTITION_EVERY_MS = 6 * 3_600_000;

/**
 * One piece of a shard's endless loop: polls every source that is due, judges a tenant as soon as something new of it is
 * stored, looks after due watches. Sources do not wait for each other, nor tenants.
 */
export async function collectShard(deps: CollectDeps, shard: { shard: number; shards: number }): Promise<void> {
  const memory = newPollMemory();
  const board = new TaskBoard(AT_ONCE, deps.onFault);
  const seen = new Set<string>();
  const kicks = deps.kicks && listenTo(deps.kicks, board);
  const everyMs = Math.max(SHORTEST_TURN_MS, Math.min(1_000, deps.pollEveryMs));

  // After the judgement, because a lock that begins there waits for nothing else.
  const books = new OwedWork<WorkerTenant>(board, "books", async (tenant) => {
    await deps.hastenLocks(tenant);
    await deps.compareBooks(tenant);
  });
  const judgements = new OwedWork<WorkerTenant>(
    board,
    "judge",
    (tenant) => runDetections(deps, tenant, { days: MONITOR_DAYS }).finally(() => books.owe(tenant)),
    { isUrgent: true },
  );
  const poll = (tenant: PolledTenant & WorkerTenant, source: Source): void =>
    board.begin(`${tenant.tenantId} ${source.id}`, Math.max(deps.pollEveryMs, source.leastEveryMs), async () => {
      await pollOnce(deps, tenant, source, memory, () => judgements.owe(tenant));
    });

  await untilStopped({ everyMs, lengthMs: deps.lengthMs, ...(kicks ? { kicks } : {}) }, async () => {
    board.begin("partitions", PARTITION_EVERY_MS, () => makePartitions(deps));
    if (shard.shard === 0) board.begin("watches", WATCH_EVERY_MS, () => lookAfterWatches(deps), { isUrgent: true });
    for (const tenant of await listWorkerTenants(deps.db)) {
      const { microsoftTenantId } = tenant;
      if (tenant.tenantKey % shard.shards !== shard.shard || !isCollecting(tenant.phase) || !microsoftTenantId)
        continue;
      const watched = { ...tenant, microsoftTenantId };
      if (!seen.has(tenant.tenantId) && (await isUnjudged(deps, tenant))) judgements.owe(tenant);
      seen.add(tenant.tenantId);
      for (const source of POLLED_SOURCES) poll(watched, source);
      judgements.catchUp(tenant);
      books.catchUp(tenant);
      if (tenant.phase === "scanning") continue;
      board.begin(`${tenant.tenantId} house`, HOUSEKEEPING_EVERY_MS, () => keepHouse(deps, watched));
      board.begin(`${tenant.tenantId} prepare`, PREPARE_EVERY_MS, () => prepareToJudge(deps, tenant));
    }
  });
  await board.finished();
}

const listenTo = (kicks: NonNullable<CollectDeps["kicks"]>, board: TaskBoard) => (wake: () => void) =>
  kicks((tenantId) => {
    board.makeDue(tenantId ?? "");
    wake();
  });

async function makePartitions(deps: CollectDeps): Promise<void> {
  const now = deps.clock.now().getTime();
  await ensureEventPartitions(deps.db, new Date(now).toISOString(), new Date(now + PARTITION_AHEAD_MS).toISOString());
}

async function lookAfterWatches(deps: CollectDeps): Promise<void> {
  const { wake } = await deps.runWatches();
  for (const { tenantId, incidentId } of wake) await deps.bell.wakeIncident(tenantId, incidentId, "watch");
}

/** What a process stored before it died and nobody has judged yet. */
const isUnjudged = (deps: CollectDeps, owner: WorkerTenant): Promise<boolean> => {
  const since = new Date(deps.clock.now().getTime() - MONITOR_DAYS * 86_400_000).toISOString();
  return withWorkerScope(deps.db, owner, (tx) => hasUnjudged(tx, owner.tenantId, since));
};
