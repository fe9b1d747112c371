import { and, eq } from "drizzle-orm";
import { outbox } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";

export type OutboxRecord = typeof outbox.$inferSelect;

/** Puts a message out once per key, in the transaction of what it tells about (L8). */
export async function queueMessage(
  tx: ScopedTx,
  values: Omit<typeof outbox.$inferInsert, "id" | "state" | "attempts" | "sentAt" | "error">,
): Promise<void> {
  await tx.insert(outbox).values(values).onConflictDoNothing();
}

export async function findMessage(tx: ScopedTx, outboxId: string): Promise<OutboxRecord | undefined> {
  const [row] = await tx
    .select()
    .from(outbox)
    .where(and(eq(outbox.id, outboxId), eq(outbox.state, "waiting")));
  return row;
}

export async function settleMessage(
  tx: ScopedTx,
  outboxId: string,
  values: {
    state: "waiting" | "sent" | "failed";
    attempts: number;
    nextAt?: string;
    sentAt?: string;
    error: string | null;
  },
): Promise<void> {
  await tx.update(outbox).set(values).where(eq(outbox.id, outboxId));
}
