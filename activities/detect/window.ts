import type { Db } from "#db/client.ts";
import { countEvents, listUnjudgedAccounts, loadEvents, type StoredEvent } from "#db/repos/ingest.ts";
import { earliestOpenActivity, loadSightings } from "#db/repos/past.ts";
import type { TenantRecord } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { PastSighting } from "#domain/incident/analysis.ts";
import { LOOKBACK_DAYS } from "#domain/tenant/phases.ts";
import { warmEvents } from "./warm-events.ts";

export const MONITOR_DAYS = 30;
const DAY_MS = 86_400_000;
/** What came shortly before a compromise belongs to its story. */
const BEFORE_INCIDENT_DAYS = 2;
/** Above this many events only the accounts concerned are loaded whole. */
const WHOLE_TENANT_EVENTS = 60_000;

export type JudgedWindow = {
  since: string;
  stored: StoredEvent[];
  past: readonly PastSighting[];
  /** False where only the accounts with something new were loaded. */
  isWhole: boolean;
};

const dayOf = (ms: number): string => new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString();

/** From when on a judgement looks at everything, and how far back before that at where people were. */
async function beginOf(
  tx: ScopedTx,
  tenant: TenantRecord,
  options: { asOf: string; days: number },
): Promise<{ since: string; oldest: string }> {
  const asOf = Date.parse(options.asOf);
  const oldest = asOf - (LOOKBACK_DAYS + 1) * DAY_MS;
  const open = await earliestOpenActivity(tx, tenant.id);
  const begun = open === undefined ? asOf : Date.parse(open) - BEFORE_INCIDENT_DAYS * DAY_MS;
  const since = dayOf(Math.max(oldest, Math.min(asOf - options.days * DAY_MS, begun)));
  return { since, oldest: dayOf(oldest) };
}

/**
 * What a judgement looks at: the events of the last days, further back where an open compromise began earlier, and
 * before that where everybody was at home. So monitoring judges as a scan over the whole time would.
 */
export async function loadWindow(
  tx: ScopedTx,
  db: Db,
  tenant: TenantRecord,
  options: { asOf: string; days: number },
): Promise<JudgedWindow> {
  const { since, oldest } = await beginOf(tx, tenant, options);
  const mustBeWhole = options.days > MONITOR_DAYS;
  if (mustBeWhole) return { since, stored: await loadEvents(tx, tenant.id, since), past: [], isWhole: true };
  const past = await rememberedPast(tx, db, tenant, { from: oldest, until: since });
  const isMany = (await countEvents(tx, tenant.id, since, WHOLE_TENANT_EVENTS + 1)) > WHOLE_TENANT_EVENTS;
  if (!isMany) return { since, stored: await warmEvents(tx, db, tenant.id, since), past, isWhole: true };
  const accountKeys = await listUnjudgedAccounts(tx, tenant.id, since);
  const stored = await loadEvents(tx, tenant.id, since, { accountKeys, upns: [] });
  const colleagues = await loadSightings(tx, tenant.id, {
    from: since,
    until: options.asOf,
    withoutAccounts: accountKeys,
  });
  return { since, stored, past: [...past, ...colleagues], isWhole: false };
}

type Remembered = Map<string, { window: string; sightings: PastSighting[] }>;
const memories = new WeakMap<Db, Remembered>();
/** Sightings one process keeps over all tenants; about a hundred megabytes. */
const MOST_SIGHTINGS = 400_000;

/**
 * Reads beforehand what the next judgement of a tenant needs, so that an attack on one where nothing has happened today does
 * not wait for it. Does nothing where it is in memory, or where something else would have to be forgotten for it.
 */
export async function warmWindow(tx: ScopedTx, db: Db, tenant: TenantRecord, asOf: string): Promise<void> {
  const options = { asOf, days: MONITOR_DAYS };
  const { since, oldest } = await beginOf(tx, tenant, options);
  const memory = memories.get(db);
  if (memory?.get(tenant.id)?.window === windowOf(tenant, { from: oldest, until: since })) return;
  if (memory && sightingsIn(memory) > MOST_SIGHTINGS / 2) return;
  await loadWindow(tx, db, tenant, options);
}

const windowOf = (tenant: TenantRecord, range: { from: string; until: string }): string =>
  `${range.from} ${range.until} ${tenant.scanCompletedAt}`;
const sightingsIn = (memory: Remembered): number =>
  [...memory.values()].reduce((sum, { sightings }) => sum + sightings.length, 0);

/** The past moves by a day a day: read once, kept until then, the least used forgotten first. */
async function rememberedPast(
  tx: ScopedTx,
  db: Db,
  tenant: TenantRecord,
  range: { from: string; until: string },
): Promise<readonly PastSighting[]> {
  const memory: Remembered = memories.get(db) ?? new Map();
  memories.set(db, memory);
  const window = windowOf(tenant, range);
  const known = memory.get(tenant.id);
  memory.delete(tenant.id);
  const kept = known?.window === window ? known : { window, sightings: await loadSightings(tx, tenant.id, range) };
  memory.set(tenant.id, kept);
  let total = sightingsIn(memory);
  for (const [id, { sightings }] of memory) {
    if (total <= MOST_SIGHTINGS || id === tenant.id) break;
    memory.delete(id);
    total -= sightings.length;
  }
  return kept.sightings;
}
