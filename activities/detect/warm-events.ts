import type { Db } from "#db/client.ts";
import { loadEvents, type PrintedEvent, printWindow, type WindowPrint } from "#db/repos/ingest.ts";
import type { ScopedTx } from "#db/tenancy.ts";

type Warm = { since: string; byKey: Map<string, PrintedEvent>; stored: PrintedEvent[] };
const memories = new WeakMap<Db, Map<string, Warm>>();
/** Events one process keeps over all tenants; about a hundred and fifty megabytes. */
const MOST_EVENTS = 60_000;

/**
 * A tenant's events since a time, of which this process remembers those of the judgement before: only what came since is
 * read, and a print over all of them tells whether both are the same. Anything else is read whole.
 */
export async function warmEvents(tx: ScopedTx, db: Db, tenantId: string, since: string): Promise<PrintedEvent[]> {
  const memory = memories.get(db) ?? new Map<string, Warm>();
  memories.set(db, memory);
  const known = memory.get(tenantId);
  memory.delete(tenantId);
  const warm =
    (known?.since === since && (await caughtUp(tx, tenantId, known))) || (await readWhole(tx, tenantId, since));
  memory.set(tenantId, warm);
  forgetOldest(memory, tenantId);
  return warm.stored;
}

async function readWhole(tx: ScopedTx, tenantId: string, since: string): Promise<Warm> {
  const stored = await loadEvents(tx, tenantId, since);
  return { since, stored, byKey: new Map(stored.map((one) => [keyOf(one), one])) };
}

/** Undefined when something else than the arrival of events happened: a merge of accounts, a judgement elsewhere. */
async function caughtUp(tx: ScopedTx, tenantId: string, known: Warm): Promise<Warm | undefined> {
  const [print, fresh] = await Promise.all([
    printWindow(tx, tenantId, known.since),
    loadEvents(tx, tenantId, known.since, "unjudged"),
  ]);
  if (fresh.length > 0) {
    for (const one of fresh) known.byKey.set(keyOf(one), one);
    known.stored = [...known.byKey.values()].sort(byTime);
  }
  return isSame(print, printOf(known.stored)) ? known : undefined;
}

const keyOf = ({ event }: PrintedEvent): string =>
  `${event.source} ${event.recordId} ${event.contentHash} ${event.occurredAt}`;

function byTime(a: PrintedEvent, b: PrintedEvent): number {
  const [x, y] = [a.event, b.event];
  if (x.occurredAt !== y.occurredAt) return x.occurredAt < y.occurredAt ? -1 : 1;
  if (x.recordId !== y.recordId) return x.recordId < y.recordId ? -1 : 1;
  return a.ingestedAt < b.ingestedAt ? -1 : 1;
}

function printOf(stored: readonly PrintedEvent[]): WindowPrint {
  let [content, accounts] = [0, 0];
  for (const one of stored) {
    content += one.print;
    accounts += one.accountKey ?? 0;
  }
  return { events: stored.length, content, accounts };
}

const isSame = (a: WindowPrint, b: WindowPrint): boolean =>
  a.events === b.events && a.content === b.content && a.accounts === b.accounts;

function forgetOldest(memory: Map<string, Warm>, present: string): void {
  let total = [...memory.values()].reduce((sum, { stored }) => sum + stored.length, 0);
  for (const [id, { stored }] of memory) {
    if (total <= MOST_EVENTS || id === present) break;
    memory.delete(id);
    total -= stored.length;
  }
}
