import { and, asc, eq, inArray } from "drizzle-orm";
import { neverTouch } from "../schema/phish.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type NeverTouchRow = typeof neverTouch.$inferSelect;

/** Mailboxes of these tenants out of which no mail is taken. */
export const listNeverTouch = (tx: ScopedTx, tenantIds: string[]): Promise<NeverTouchRow[]> =>
  tenantIds.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(neverTouch)
        .where(and(own(tx, neverTouch.orgId, neverTouch.tenantId), inArray(neverTouch.tenantId, tenantIds)))
        .orderBy(asc(neverTouch.mailbox));

/** True when it was not on the list yet. */
export async function addNeverTouch(tx: ScopedTx, row: typeof neverTouch.$inferInsert): Promise<boolean> {
  const made = await tx.insert(neverTouch).values(row).onConflictDoNothing().returning({ at: neverTouch.at });
  return made.length > 0;
}

/** True when it was on the list. */
export async function dropNeverTouch(tx: ScopedTx, tenantId: string, mailboxObjectId: string): Promise<boolean> {
  const gone = await tx
    .delete(neverTouch)
    .where(
      and(
        own(tx, neverTouch.orgId, neverTouch.tenantId),
        eq(neverTouch.tenantId, tenantId),
        eq(neverTouch.mailboxObjectId, mailboxObjectId),
      ),
    )
    .returning({ at: neverTouch.at });
  return gone.length > 0;
}
