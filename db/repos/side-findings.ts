import { and, eq, gte, inArray, lt, notInArray, sql } from "drizzle-orm";
import { failedAttacks, notables } from "../schema/ingest.ts";
import type { ScopedTx } from "../tenancy.ts";

type Owner = { orgId: string; tenantId: string };
type FailedRow = Omit<typeof failedAttacks.$inferSelect, "id">;
type NotableRow = Omit<typeof notables.$inferSelect, "id">;
export type SideFindings = { failedAttacks: FailedRow[]; notables: NotableRow[] };

/** A statement takes this many rows at once. */
const BATCH = 500;

/**
 * Carries a fresh judgement of the time since `since` into failed attacks and Uncommon Activity. What is known keeps its
 * id, so that a link to it stays good; what the fresh judgement no longer says goes, unless it only saw a part of the
 * tenant (`isWhole` false). An attack that began before `since` was seen in part as well: it only grows.
 */
export async function writeSideFindings(
  tx: ScopedTx,
  owner: Owner,
  window: { since: string; isWhole: boolean },
  found: SideFindings,
): Promise<void> {
  await writeNotables(tx, owner, window, found.notables);
  await writeFailedAttacks(tx, owner, window, found.failedAttacks);
}

async function writeNotables(
  tx: ScopedTx,
  owner: Owner,
  { since, isWhole }: { since: string; isWhole: boolean },
  rows: NotableRow[],
): Promise<void> {
  const keys = rows.map((row) => row.key);
  if (isWhole)
    await tx
      .delete(notables)
      .where(
        and(
          eq(notables.tenantId, owner.tenantId),
          gte(notables.lastAt, since),
          keys.length > 0 ? notInArray(notables.key, keys) : undefined,
        ),
      );
  for (let i = 0; i < rows.length; i += BATCH)
    await tx
      .insert(notables)
      .values(rows.slice(i, i + BATCH))
      .onConflictDoUpdate({
        target: [notables.orgId, notables.tenantId, notables.key],
        set: {
          accountId: sql`excluded.account_id`,
          type: sql`excluded.type`,
          upn: sql`excluded.upn`,
          at: sql`least(${notables.at}, excluded.at)`,
          lastAt: sql`greatest(${notables.lastAt}, excluded.last_at)`,
          why: sql`excluded.why`,
          innocent: sql`excluded.innocent`,
          country: sql`excluded.country`,
          homeCountry: sql`excluded.home_country`,
          networkKind: sql`excluded.network_kind`,
          network: sql`excluded.network`,
          recordIds: sql`excluded.record_ids`,
          records: sql`greatest(${notables.records}, excluded.records)`,
        },
      });
}

async function writeFailedAttacks(
  tx: ScopedTx,
  owner: Owner,
  { since, isWhole }: { since: string; isWhole: boolean },
  rows: FailedRow[],
): Promise<void> {
  const older = await tx
    .select({ id: failedAttacks.id, kind: failedAttacks.kind, recordIds: failedAttacks.recordIds })
    .from(failedAttacks)
    .where(
      and(eq(failedAttacks.tenantId, owner.tenantId), gte(failedAttacks.toAt, since), lt(failedAttacks.fromAt, since)),
    );
  const olderOf = new Map(older.flatMap((row) => row.recordIds.map((id) => [`${row.kind}|${id}`, row.id])));
  const fresh: FailedRow[] = [];
  const touched = new Set<string>();
  for (const row of rows) {
    const known = row.recordIds.map((id) => olderOf.get(`${row.kind}|${id}`)).find((id) => id !== undefined);
    if (!known) fresh.push(row);
    else if (!touched.has(known)) {
      touched.add(known);
      await grow(tx, known, row);
    }
  }
  const keys = fresh.map((row) => row.key);
  if (isWhole)
    await tx
      .delete(failedAttacks)
      .where(
        and(
          eq(failedAttacks.tenantId, owner.tenantId),
          gte(failedAttacks.fromAt, since),
          keys.length > 0 ? notInArray(failedAttacks.key, keys) : undefined,
        ),
      );
  const unique = [...new Map(fresh.map((row) => [row.key, row])).values()];
  for (let i = 0; i < unique.length; i += BATCH)
    await tx
      .insert(failedAttacks)
      .values(unique.slice(i, i + BATCH))
      .onConflictDoUpdate({
        target: [failedAttacks.orgId, failedAttacks.tenantId, failedAttacks.key],
        set: {
          kind: sql`excluded.kind`,
          sourceIps: sql`excluded.source_ips`,
          countries: sql`excluded.countries`,
          accounts: sql`excluded.accounts`,
          fromAt: sql`excluded.from_at`,
          toAt: sql`excluded.to_at`,
          attempts: sql`excluded.attempts`,
          recordIds: sql`excluded.record_ids`,
          origins: sql`excluded.origins`,
          targets: sql`excluded.targets`,
          days: sql`excluded.days`,
          tools: sql`excluded.tools`,
        },
      });
}

/** An attack that began before the window: its later part adds what it has that is not known yet. */
async function grow(tx: ScopedTx, id: string, part: FailedRow): Promise<void> {
  const [known] = await tx
    .select()
    .from(failedAttacks)
    .where(inArray(failedAttacks.id, [id]));
  if (!known) return;
  const seen = new Set(known.recordIds);
  const added = part.recordIds.filter((record) => !seen.has(record));
  if (added.length === 0) return;
  const share = added.length / Math.max(1, part.recordIds.length);
  const union = (a: string[], b: string[]): string[] => [...new Set([...a, ...b])].sort();
  await tx
    .update(failedAttacks)
    .set({
      toAt: part.toAt > known.toAt ? part.toAt : known.toAt,
      attempts: known.attempts + Math.max(1, Math.round(part.attempts * share)),
      recordIds: [...known.recordIds, ...added],
      sourceIps: union(known.sourceIps, part.sourceIps),
      countries: union(known.countries, part.countries),
      accounts: union(known.accounts, part.accounts),
      tools: union(known.tools, part.tools),
      origins: most(known.origins, part.origins, (origin) => origin.ip),
      targets: most(known.targets, part.targets, (target) => target.upn),
      days: most(known.days, part.days, (day) => day.day).sort((a, b) => (a.day < b.day ? -1 : 1)),
    })
    .where(eq(failedAttacks.id, id));
}

/** Both counts saw the common time, so the larger of the two stands. */
function most<T extends { attempts: number }>(a: T[], b: T[], keyOf: (entry: T) => string): T[] {
  const out = new Map(a.map((entry) => [keyOf(entry), entry]));
  for (const entry of b) {
    const known = out.get(keyOf(entry));
    if (!known || known.attempts < entry.attempts) out.set(keyOf(entry), entry);
  }
  return [...out.values()].sort((x, y) => y.attempts - x.attempts);
}
