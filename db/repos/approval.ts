import { and, asc, eq, gte, inArray, sql } from "drizzle-orm";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import { incidentRows, incidents } from "../schema/incident.ts";
import { events } from "../schema/ingest.ts";
import { approvals, mspQuestions, queueClaims } from "../schema/policy.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type ApprovalRow = typeof approvals.$inferSelect;
export type QuestionRow = typeof mspQuestions.$inferSelect;
export type ClaimRow = typeof queueClaims.$inferSelect;

/** Words given for a step on this plan since the question was asked, oldest first. */
export const listApprovals = (
  tx: ScopedTx,
  at: { incidentId: string; stepId: RemediationStepId; planVersion: number; since: string },
): Promise<ApprovalRow[]> =>
  tx
    .select()
    .from(approvals)
    .where(
      and(
        own(tx, approvals.orgId, approvals.tenantId),
        eq(approvals.incidentId, at.incidentId),
        eq(approvals.stepId, at.stepId),
        eq(approvals.planVersion, at.planVersion),
        gte(approvals.at, at.since),
      ),
    )
    .orderBy(asc(approvals.at));

/** Keeps the word of one order. */
export async function addApproval(tx: ScopedTx, row: typeof approvals.$inferInsert): Promise<void> {
  await tx.insert(approvals).values(row).onConflictDoNothing();
}

/** An analyst takes an incident's decisions in hand; answers whose claim stands afterwards. `takeOver` takes it from another. */
export async function claimIncident(
  tx: ScopedTx,
  claim: typeof queueClaims.$inferInsert,
  takeOver: boolean,
): Promise<ClaimRow | undefined> {
  const { memberId, name, at } = claim;
  await tx
    .insert(queueClaims)
    .values(claim)
    .onConflictDoUpdate({
      target: queueClaims.incidentId,
      set: { memberId, name, at },
      setWhere: takeOver ? sql`true` : sql`false`,
    });
  const [row] = await tx.select().from(queueClaims).where(eq(queueClaims.incidentId, claim.incidentId));
  return row;
}

export async function releaseClaim(tx: ScopedTx, incidentId: string): Promise<void> {
  await tx
    .delete(queueClaims)
    .where(and(eq(queueClaims.incidentId, incidentId), own(tx, queueClaims.orgId, queueClaims.tenantId)));
}

export const listClaims = (tx: ScopedTx, incidentIds: string[]): Promise<ClaimRow[]> =>
  incidentIds.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(queueClaims)
        .where(and(own(tx, queueClaims.orgId, queueClaims.tenantId), inArray(queueClaims.incidentId, incidentIds)));

export async function addQuestion(tx: ScopedTx, row: typeof mspQuestions.$inferInsert): Promise<void> {
  await tx.insert(mspQuestions).values(row).onConflictDoNothing();
}

/** Answers a question once; false when it is not there or was answered already. */
export async function answerQuestion(
  tx: ScopedTx,
  id: string,
  incidentId: string,
  values: Required<Pick<typeof mspQuestions.$inferInsert, "answer" | "answeredBy" | "answeredAt">>,
): Promise<boolean> {
  const done = await tx
    .update(mspQuestions)
    .set(values)
    .where(and(eq(mspQuestions.id, id), eq(mspQuestions.incidentId, incidentId), sql`${mspQuestions.answer} is null`))
    .returning({ id: mspQuestions.id });
  return done.length > 0;
}

/** Questions about these incidents, oldest first. */
export const listQuestions = (tx: ScopedTx, incidentIds: string[]): Promise<QuestionRow[]> =>
  incidentIds.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(mspQuestions)
        .where(and(own(tx, mspQuestions.orgId, mspQuestions.tenantId), inArray(mspQuestions.incidentId, incidentIds)))
        .orderBy(asc(mspQuestions.askedAt))
        .limit(200);

/** Where the attacker's records of an incident come from: countries and addresses as Microsoft saw them. */
export async function attackerPlaces(
  tx: ScopedTx,
  incidentId: string,
): Promise<{ countries: string[]; addresses: string[] }> {
  const rows = await tx
    .selectDistinct({ country: events.country, ip: events.ip })
    .from(incidentRows)
    .innerJoin(incidents, eq(incidents.id, incidentRows.incidentId))
    .innerJoin(events, and(eq(events.recordId, incidentRows.recordId), eq(events.tenantId, incidents.tenantId)))
    .where(and(eq(incidentRows.incidentId, incidentId), eq(incidentRows.verdict, "attacker")))
    .limit(500);
  const distinct = (values: (string | null)[]) => [...new Set(values.filter((value) => value !== null))];
  return { countries: distinct(rows.map((row) => row.country)), addresses: distinct(rows.map((row) => row.ip)) };
}
