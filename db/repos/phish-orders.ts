import { and, count, desc, eq, inArray } from "drizzle-orm";
import { commands } from "../schema/incident.ts";
import { members } from "../schema/organization.ts";
import { phishOrders } from "../schema/phish.ts";
import type { ScopedTx } from "../tenancy.ts";
import type { CommandRow } from "./commands.ts";
import { own } from "./own.ts";

export type PhishOrderRow = typeof phishOrders.$inferSelect;

/** Row-level security shows an order only to whom sees all of its tenants. */
export async function findPhishOrder(tx: ScopedTx, id: string): Promise<PhishOrderRow | undefined> {
  const [row] = await tx
    .select()
    .from(phishOrders)
    .where(and(eq(phishOrders.id, id), own(tx, phishOrders.orgId)));
  return row;
}

/** The row, held until the transaction ends: of two answers at once one is first. */
export async function lockPhishOrder(tx: ScopedTx, id: string): Promise<PhishOrderRow | undefined> {
  const [row] = await tx
    .select()
    .from(phishOrders)
    .where(and(eq(phishOrders.id, id), own(tx, phishOrders.orgId)))
    .for("update");
  return row;
}

/** False when there is an order of this id already, whoever's it is. */
export async function insertPhishOrder(tx: ScopedTx, row: typeof phishOrders.$inferInsert): Promise<boolean> {
  const made = await tx.insert(phishOrders).values(row).onConflictDoNothing().returning({ id: phishOrders.id });
  return made.length > 0;
}

export async function setPhishOrder(
  tx: ScopedTx,
  id: string,
  values: Pick<typeof phishOrders.$inferInsert, "state"> &
    Partial<Pick<typeof phishOrders.$inferInsert, "answeredBy" | "answeredById" | "answeredAt" | "reason">>,
): Promise<void> {
  await tx.update(phishOrders).set(values).where(eq(phishOrders.id, id));
}

/** Orders about these phish, newest first. */
export const listPhishOrders = (tx: ScopedTx, phishIds: string[]): Promise<PhishOrderRow[]> =>
  phishIds.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(phishOrders)
        .where(and(inArray(phishOrders.phishId, phishIds), own(tx, phishOrders.orgId)))
        .orderBy(desc(phishOrders.at))
        .limit(100);

/** What has been ordered about these phish in the tenants the viewer sees, newest first. */
export const listPhishCommands = (tx: ScopedTx, phishIds: string[]): Promise<CommandRow[]> =>
  phishIds.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(commands)
        .where(and(own(tx, commands.orgId, commands.tenantId), inArray(commands.phishId, phishIds)))
        .orderBy(desc(commands.issuedAt))
        .limit(2_000);

/** Active members of the organization who may remediate: is there anybody who could be the second person? */
export async function countRemediators(tx: ScopedTx, orgId: string): Promise<number> {
  const [row] = await tx
    .select({ n: count() })
    .from(members)
    .where(
      and(
        eq(members.orgId, orgId),
        own(tx, members.orgId),
        eq(members.isActive, true),
        eq(members.isReadOnly, false),
        inArray(members.role, ["admin", "full-member"]),
      ),
    );
  return row?.n ?? 0;
}
