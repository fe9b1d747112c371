import { and, desc, eq, gte, inArray, isNull, lt, sql } from "drizzle-orm";
import type { Actor } from "#domain/access/actor.ts";
import type { LedgerWrite } from "#domain/evidence/second-book.ts";
import type { ActionKind } from "#domain/remediation/steps.ts";
import { actions } from "../schema/incident.ts";
import { events } from "../schema/ingest.ts";
import { members } from "../schema/organization.ts";
import { audit } from "../schema/platform.ts";
import { recordedActs } from "../schema/second-book.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

/** Up to where the book was read; it is a mark of ours and no source of Microsoft's, so no page counts it as one. */
export const SECOND_BOOK = "second-book";

export type RecordedActRow = typeof recordedActs.$inferSelect;

/** Records of acts by this application that were stored since and are not in the second book yet, oldest first. */
export async function listUncomparedActs(
  tx: ScopedTx,
  at: { tenantId: string; appId: string; occurredSince: string; ingestedSince: string },
) {
  const actKey = sql<string>`coalesce(${events.event}->'handles'->>'correlationId', ${events.recordId})`;
  return tx
    .select({ actKey, operation: events.operation, occurredAt: events.occurredAt, event: events.event })
    .from(events)
    .where(
      and(
        eq(events.tenantId, at.tenantId),
        gte(events.occurredAt, at.occurredSince),
        gte(events.ingestedAt, at.ingestedSince),
        inArray(events.source, ["directory-audit", "ual"]),
        eq(events.outcome, "success"),
        sql`${events.event}->'actor'->>'appId' = ${at.appId}`,
        sql`not exists (select 1 from ${recordedActs} known
          where known.tenant_id = ${at.tenantId}::uuid and known.act_key = ${actKey})`,
      ),
    )
    .orderBy(events.occurredAt);
}

/** Writes of the tenant's ledger that went out from then on. */
export async function listSentWrites(tx: ScopedTx, tenantId: string, since: string): Promise<LedgerWrite[]> {
  const rows = await tx
    .select({
      id: actions.id,
      kind: actions.kind,
      targetId: actions.targetId,
      targetLabel: actions.targetLabel,
      sentAt: actions.sentAt,
    })
    .from(actions)
    .where(and(eq(actions.tenantId, tenantId), gte(actions.sentAt, since)));
  return rows.flatMap(({ sentAt, ...row }) => (sentAt ? [{ ...row, sentAt }] : []));
}

/** When onboarding ran in this tenant. */
export async function listOnboardings(tx: ScopedTx, tenantId: string): Promise<string[]> {
  const rows = await tx
    .select({ at: audit.at })
    .from(audit)
    .where(and(eq(audit.tenantId, tenantId), eq(audit.action, "tenant.onboard")));
  return rows.map((row) => row.at);
}

/** Writes an act into the second book, once; true when it is news. */
export async function noteAct(tx: ScopedTx, row: typeof recordedActs.$inferInsert): Promise<boolean> {
  const rows = await tx.insert(recordedActs).values(row).onConflictDoNothing().returning({ key: recordedActs.actKey });
  return rows.length > 0;
}

/** Analysts of whoever operates Petra. */
export async function listAnalystAddresses(tx: ScopedTx): Promise<string[]> {
  const rows = await tx
    .select({ email: members.email })
    .from(members)
    .where(and(isNull(members.orgId), eq(members.isActive, true)));
  return rows.map((row) => row.email);
}

/** Acts by Petra's principal that no write of the ledger explains, newest first; explained ones stay in the list. */
export async function listOutsideActs(tx: ScopedTx, tenantId: string): Promise<RecordedActRow[]> {
  return tx
    .select()
    .from(recordedActs)
    .where(
      and(
        own(tx, recordedActs.orgId, recordedActs.tenantId),
        eq(recordedActs.tenantId, tenantId),
        eq(recordedActs.verdict, "outside"),
      ),
    )
    .orderBy(desc(recordedActs.occurredAt))
    .limit(100);
}

/** Accepted writes of these kinds that Microsoft's log has not shown although it had the time. */
export async function listUnconfirmedWrites(
  tx: ScopedTx,
  tenantId: string,
  at: { kinds: readonly ActionKind[]; acceptedBefore: string },
) {
  return tx
    .select({
      actionId: actions.id,
      incidentId: actions.incidentId,
      kind: actions.kind,
      target: actions.targetLabel,
      acceptedAt: actions.acceptedAt,
    })
    .from(actions)
    .leftJoin(recordedActs, eq(recordedActs.actionId, actions.id))
    .where(
      and(
        own(tx, actions.orgId, actions.tenantId),
        eq(actions.tenantId, tenantId),
        inArray(actions.kind, [...at.kinds]),
        lt(actions.acceptedAt, at.acceptedBefore),
        sql`${actions.sentAt} is not null`,
        isNull(recordedActs.actKey),
      ),
    )
    .orderBy(desc(actions.acceptedAt))
    .limit(100);
}

/** Keeps a person's word for an act nobody asked for; false when there is no such act, or it has one. */
export async function explainAct(
  tx: ScopedTx,
  at: { tenantId: string; actKey: string },
  word: { by: Actor; reason: string; now: string },
): Promise<boolean> {
  const rows = await tx
    .update(recordedActs)
    .set({ explainedBy: word.by, explainedReason: word.reason, explainedAt: word.now })
    .where(
      and(
        own(tx, recordedActs.orgId, recordedActs.tenantId),
        eq(recordedActs.tenantId, at.tenantId),
        eq(recordedActs.actKey, at.actKey),
        eq(recordedActs.verdict, "outside"),
        isNull(recordedActs.explainedAt),
      ),
    )
    .returning({ key: recordedActs.actKey });
  return rows.length > 0;
}
