import { createHash } from "node:crypto";
import type { M365Cloud } from "#activities/clients/m365/m365.ts";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import type { Db } from "#db/client.ts";
import { findWatermark, saveWatermark } from "#db/repos/ingest.ts";
import { findTenant, noteTenant } from "#db/repos/tenant.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";
import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";
import type { OwnRules } from "#domain/event/normalize/index.ts";
import type { Source } from "./sources.ts";
import { type IncomingPage, type PageOwner, storePage } from "./store-page.ts";
import { isDeep, windowsSince } from "./windows.ts";

export type PollDeps = {
  db: Db;
  clock: Clock;
  cloud: M365Cloud;
  factsOf: (event: NormalizedEvent) => EventFacts;
  ownRules?: OwnRules;
};
export type PolledTenant = PageOwner & { microsoftTenantId: string };

/** What one process remembers between polls to spare the database; everything in it can be lost. */
export type PollMemory = {
  cursors: Map<string, { cursor: Cursor; savedAtMs: number }>;
  seen: Map<string, Set<string>>;
  retryAt: Map<string, number>;
};
export type Cursor = { until?: string; deepAt?: string };
export const newPollMemory = (): PollMemory => ({ cursors: new Map(), seen: new Map(), retryAt: new Map() });

const SAVE_EVERY_MS = 30_000;
const SEEN_PAGES = 2_000;
const DEFAULT_BACKOFF_MS = 30_000;

/**
 * Polls one source of a tenant once; answers how many events were new, and tells it as soon as they are stored. Faults are
 * noted, not thrown.
 */
export async function pollOnce(
  deps: PollDeps,
  tenant: PolledTenant,
  source: Source,
  memory: PollMemory,
  onNew: () => void = () => {},
): Promise<number> {
  if ((memory.retryAt.get(keyOf(tenant, source)) ?? 0) > performance.now()) return 0;
  const row = await withWorkerScope(deps.db, tenant, (tx) => findTenant(tx, tenant.tenantId));
  if (!row) return 0;
  const blocked = source.blockedBy(row.capabilities);
  if (blocked) return noteState(deps, tenant, source, memory, "blind", blocked);
  try {
    const inserted = await pollSource(deps, tenant, source, memory);
    if (inserted > 0) onNew();
    const regained = row.accessLostAt ? { accessLostAt: null, accessLostReason: null } : undefined;
    if (inserted > 0 || regained) {
      const lastEventAt = inserted > 0 ? { lastEventAt: deps.clock.now().toISOString() } : {};
      await withWorkerScope(deps.db, tenant, (tx) => noteTenant(tx, tenant.tenantId, { ...lastEventAt, ...regained }));
    }
    return inserted;
  } catch (error) {
    if (!(error instanceof M365Fault)) throw error;
    return noteFault(deps, tenant, source, memory, error);
  }
}

const keyOf = (tenant: { tenantId: string }, source: Source): string => `${tenant.tenantId}|${source.id}`;

async function pollSource(deps: PollDeps, tenant: PolledTenant, source: Source, memory: PollMemory): Promise<number> {
  const key = keyOf(tenant, source);
  const known = memory.cursors.get(key) ?? (await readCursor(deps, tenant, source));
  const now = deps.clock.now().toISOString();
  const deep = isDeep(known.cursor, now);
  let inserted = 0;
  for (const window of windowsSince(known.cursor, source, now, deep)) {
    const cursor: Cursor = {
      until: window.until,
      deepAt: deep && window.until === now ? now : (known.cursor.deepAt ?? now),
    };
    const read = await readWindow(deps, tenant, source, memory, window, cursor);
    inserted += read.inserted;
    const isStale = performance.now() - known.savedAtMs > SAVE_EVERY_MS;
    if (!read.isSaved && (isStale || window.until !== now || deep)) {
      await withWorkerScope(deps.db, tenant, (tx) => saveWatermark(tx, tenantOf(tenant), source.id, mark(cursor, now)));
      known.savedAtMs = performance.now();
    }
    if (read.isSaved) known.savedAtMs = performance.now();
    known.cursor = cursor;
  }
  memory.cursors.set(key, known);
  return inserted;
}

const tenantOf = ({ orgId, tenantId }: PolledTenant) => ({ orgId, tenantId });
const mark = (cursor: Cursor, now: string) => ({ cursor, state: "ok" as const, reason: null, lastPolledAt: now });

async function readCursor(deps: PollDeps, tenant: PolledTenant, source: Source) {
  const stored = await withWorkerScope(deps.db, tenant, (tx) => findWatermark(tx, tenant.tenantId, source.id));
  return { cursor: (stored?.cursor ?? {}) as Cursor, savedAtMs: Number.NEGATIVE_INFINITY };
}

/** Stores each page as it comes; the last one carries the watermark, so a page and its mark stand or fall together (L1). */
async function readWindow(
  deps: PollDeps,
  tenant: PolledTenant,
  source: Source,
  memory: PollMemory,
  window: { since: string; until: string },
  cursor: Cursor,
): Promise<{ inserted: number; isSaved: boolean }> {
  const cloud = deps.cloud.tenant(tenant.microsoftTenantId);
  const seen = memory.seen.get(keyOf(tenant, source)) ?? new Set<string>();
  memory.seen.set(keyOf(tenant, source), seen);
  let inserted = 0;
  let pending: IncomingPage | undefined;
  const store = async (page: IncomingPage) => {
    const stored = await storePage(deps.db, tenant, page, deps.factsOf, deps.clock.now().toISOString(), deps.ownRules);
    inserted += stored.inserted;
    remember(seen, fingerprint(page.body));
  };
  for await (const page of source.read(cloud, window)) {
    if (page.records.length === 0 || seen.has(fingerprint(page.body))) continue;
    if (pending) await store(pending);
    pending = { ...page, source: source.id, eventSource: source.eventSource, availableAt: page.contentCreated ?? null };
  }
  if (!pending) return { inserted, isSaved: false };
  await store({
    ...pending,
    watermark: { ...mark(cursor, window.until), lastEventAt: newestOf(pending) ?? window.until },
  });
  return { inserted, isSaved: true };
}

function newestOf(page: IncomingPage): string | undefined {
  return page.availableAt ?? page.receivedAt;
}

const fingerprint = (body: string): string => createHash("sha256").update(body).digest("base64");

function remember(seen: Set<string>, print: string): void {
  seen.add(print);
  for (const oldest of seen) {
    if (seen.size <= SEEN_PAGES) break;
    seen.delete(oldest);
  }
}

async function noteState(
  deps: PollDeps,
  tenant: PolledTenant,
  source: Source,
  memory: PollMemory,
  state: "late" | "blind",
  reason: string,
): Promise<0> {
  const key = `${keyOf(tenant, source)}|${state}`;
  if ((memory.retryAt.get(key) ?? 0) > performance.now()) return 0;
  memory.retryAt.set(key, performance.now() + SAVE_EVERY_MS);
  const lastPolledAt = deps.clock.now().toISOString();
  await withWorkerScope(deps.db, tenant, (tx) =>
    saveWatermark(tx, tenantOf(tenant), source.id, { state, reason, lastPolledAt }),
  );
  return 0;
}

async function noteFault(
  deps: PollDeps,
  tenant: PolledTenant,
  source: Source,
  memory: PollMemory,
  fault: M365Fault,
): Promise<0> {
  memory.retryAt.set(keyOf(tenant, source), performance.now() + (fault.retryAfterMs ?? DEFAULT_BACKOFF_MS));
  const isLost = fault.faultClass === "needs-consent" || fault.faultClass === "tenant-gone";
  if (isLost) {
    const at = deps.clock.now().toISOString();
    await withWorkerScope(deps.db, tenant, (tx) =>
      noteTenant(tx, tenant.tenantId, { accessLostAt: at, accessLostReason: fault.message }),
    );
  }
  return noteState(deps, tenant, source, memory, fault.faultClass === "retry" ? "late" : "blind", fault.message);
}
