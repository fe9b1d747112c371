import { and, asc, count, eq, inArray, isNull, ne, or, sql } from "drizzle-orm";
import type { Actor } from "#domain/access/actor.ts";
import type { Capability } from "#domain/access/may.ts";
import { incidents } from "../schema/incident.ts";
import { members } from "../schema/organization.ts";
import { secondWords } from "../schema/policy.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type SecondWordRow = typeof secondWords.$inferSelect;

/** Keeps what waits for a second person; false when this id is there already. */
export async function addSecondWord(tx: ScopedTx, row: typeof secondWords.$inferInsert): Promise<boolean> {
  const made = await tx.insert(secondWords).values(row).onConflictDoNothing().returning({ id: secondWords.id });
  return made.length > 0;
}

/** What waits for a second person at `now`, oldest first. */
export const listSecondWords = (tx: ScopedTx, now: string): Promise<SecondWordRow[]> =>
  tx
    .select()
    .from(secondWords)
    .where(and(own(tx, secondWords.orgId), eq(secondWords.state, "waiting"), sql`${secondWords.expiresAt} > ${now}`))
    .orderBy(asc(secondWords.askedAt))
    .limit(50);

/** The row, held until the transaction ends. */
export async function lockSecondWord(tx: ScopedTx, id: string): Promise<SecondWordRow | undefined> {
  const [row] = await tx
    .select()
    .from(secondWords)
    .where(and(own(tx, secondWords.orgId), eq(secondWords.id, id)))
    .for("update");
  return row;
}

export async function settleSecondWord(
  tx: ScopedTx,
  id: string,
  values: { state: "agreed" | "refused" | "expired"; decidedBy: Actor; decidedAt: string },
): Promise<void> {
  await tx
    .update(secondWords)
    .set(values)
    .where(and(own(tx, secondWords.orgId), eq(secondWords.id, id)));
}

/** Is there an open incident here whose account is not contained? Of the incident, the tenant, or the whole organization. */
export async function hasUncontained(
  tx: ScopedTx,
  at: { orgId: string; tenantId: string | null; incidentId: string | null },
): Promise<boolean> {
  const [row] = await tx
    .select({ n: count() })
    .from(incidents)
    .where(
      and(
        own(tx, incidents.orgId, incidents.tenantId),
        eq(incidents.orgId, at.orgId),
        at.tenantId ? eq(incidents.tenantId, at.tenantId) : sql`true`,
        at.incidentId ? eq(incidents.id, at.incidentId) : sql`true`,
        eq(incidents.status, "open"),
        or(isNull(incidents.containedAt), eq(incidents.notContained, true)),
      ),
    );
  return (row?.n ?? 0) > 0;
}

const ADMINS_ONLY: readonly Capability[] = ["policy.manage", "security.manage"];

/** Has the organization another active member who could say the second word? */
export async function hasSecondPerson(
  tx: ScopedTx,
  { orgId, memberId, capability }: Pick<SecondWordRow, "orgId" | "memberId" | "capability">,
): Promise<boolean> {
  const roles = ADMINS_ONLY.includes(capability) ? (["admin"] as const) : (["admin", "full-member"] as const);
  const [row] = await tx
    .select({ n: count() })
    .from(members)
    .where(
      and(
        own(tx, members.orgId),
        eq(members.orgId, orgId),
        ne(members.id, memberId),
        inArray(members.role, [...roles]),
        eq(members.isReadOnly, false),
        eq(members.isActive, true),
      ),
    );
  return (row?.n ?? 0) > 0;
}
