import { and, asc, desc, eq, gt, inArray, isNull, lt, or, sql } from "drizzle-orm";
import type { ActionKind, ActionState } from "#domain/remediation/steps.ts";
import { actions } from "../schema/incident.ts";
import type { ScopedTx } from "../tenancy.ts";

/** One write to Microsoft (D11). */
export type ActionRow = typeof actions.$inferSelect;

async function findAction(
  tx: ScopedTx,
  row: { incidentId?: string | null | undefined; phishId?: string | null | undefined; tenantId: string },
  idempotencyKey: string,
): Promise<ActionRow | undefined> {
  const { incidentId, phishId, tenantId } = row;
  const [found] = await tx
    .select()
    .from(actions)
    .where(
      and(
        eq(actions.idempotencyKey, idempotencyKey),
        incidentId ? eq(actions.incidentId, incidentId) : ofPhish(tenantId, phishId ?? tenantId),
      ),
    );
  return found;
}

const ofPhish = (tenantId: string, phishId: string) =>
  and(eq(actions.tenantId, tenantId), eq(actions.phishId, phishId));

/** All writes of one kind on one target in an incident, oldest first. */
export async function listActionsOn(
  tx: ScopedTx,
  incidentId: string,
  kind: ActionKind,
  targetId: string,
): Promise<ActionRow[]> {
  return tx
    .select()
    .from(actions)
    .where(and(eq(actions.incidentId, incidentId), eq(actions.kind, kind), eq(actions.targetId, targetId)))
    .orderBy(asc(actions.plannedAt));
}

/** The same about a phish that is retracted in a tenant without an incident of its own. */
export async function listPhishActionsOn(
  tx: ScopedTx,
  phish: { tenantId: string; phishId: string },
  kind: ActionKind,
  targetId: string,
): Promise<ActionRow[]> {
  return tx
    .select()
    .from(actions)
    .where(and(ofPhish(phish.tenantId, phish.phishId), eq(actions.kind, kind), eq(actions.targetId, targetId)))
    .orderBy(asc(actions.plannedAt));
}

export async function listActions(tx: ScopedTx, incidentId: string): Promise<ActionRow[]> {
  return tx.select().from(actions).where(eq(actions.incidentId, incidentId)).orderBy(asc(actions.plannedAt));
}

export async function loadAction(tx: ScopedTx, actionId: string): Promise<ActionRow | undefined> {
  const [row] = await tx.select().from(actions).where(eq(actions.id, actionId));
  return row;
}

/** Newest write of one kind in the incident. */
export async function newestAction(tx: ScopedTx, incidentId: string, kind: ActionKind): Promise<ActionRow | undefined> {
  const [row] = await tx
    .select()
    .from(actions)
    .where(and(eq(actions.incidentId, incidentId), eq(actions.kind, kind)))
    .orderBy(desc(actions.plannedAt))
    .limit(1);
  return row;
}

/** The planned row with its before-image; of two attempts at once the first row stays. */
export async function planAction(tx: ScopedTx, row: typeof actions.$inferInsert): Promise<ActionRow> {
  const [made] = await tx.insert(actions).values(row).onConflictDoNothing().returning();
  const kept = made ?? (await findAction(tx, row, row.idempotencyKey));
  if (!kept) throw new Error("The action was not written to the ledger.");
  return kept;
}

export async function setAction(
  tx: ScopedTx,
  actionId: string,
  values: Partial<Omit<typeof actions.$inferInsert, "requestIds">> & { requestId?: string | undefined },
): Promise<void> {
  const { requestId, ...columns } = values;
  await tx
    .update(actions)
    .set({
      ...columns,
      ...(requestId ? { requestIds: sql`${actions.requestIds} || ${JSON.stringify([requestId])}::jsonb` } : {}),
    })
    .where(eq(actions.id, actionId));
}

/** Moves accepted rows of these targets to verified. */
export async function verifyActions(
  tx: ScopedTx,
  incidentId: string,
  kinds: readonly ActionKind[],
  targetId: string,
  now: string,
): Promise<void> {
  await tx
    .update(actions)
    .set({ state: "verified" satisfies ActionState, verifiedAt: now })
    .where(
      and(
        eq(actions.incidentId, incidentId),
        inArray(actions.kind, [...kinds]),
        eq(actions.targetId, targetId),
        eq(actions.state, "accepted"),
      ),
    );
}

const untilIn = (seconds: number) => sql`clock_timestamp() + make_interval(secs => ${seconds})`;

/** Takes the write for one attempt, by the database's own clock; undefined while another attempt that lives holds it. */
export async function claimAction(
  tx: ScopedTx,
  actionId: string,
  attempt: string,
  seconds: number,
): Promise<ActionRow | undefined> {
  const isOver = lt(actions.claimedUntil, sql`clock_timestamp()`);
  const [row] = await tx
    .update(actions)
    .set({ claimedBy: attempt, claimedUntil: untilIn(seconds) })
    .where(and(eq(actions.id, actionId), or(isNull(actions.claimedBy), eq(actions.claimedBy, attempt), isOver)))
    .returning();
  return row;
}

/** Lengthens what this attempt holds; false when it holds it no more. */
export async function lengthenClaim(
  tx: ScopedTx,
  actionId: string,
  attempt: string,
  seconds: number,
): Promise<boolean> {
  const isLiving = gt(actions.claimedUntil, sql`clock_timestamp()`);
  const rows = await tx
    .update(actions)
    .set({ claimedUntil: untilIn(seconds) })
    .where(and(eq(actions.id, actionId), eq(actions.claimedBy, attempt), isLiving))
    .returning({ id: actions.id });
  return rows.length > 0;
}

/** Lets go of what this attempt holds. */
export async function releaseAction(tx: ScopedTx, actionId: string, attempt: string): Promise<void> {
  await tx
    .update(actions)
    .set({ claimedBy: null, claimedUntil: null })
    .where(and(eq(actions.id, actionId), eq(actions.claimedBy, attempt)));
}
