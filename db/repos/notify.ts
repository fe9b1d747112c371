import { and, eq } from "drizzle-orm";
import { tenants } from "../schema/organization.ts";
import { outbox } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";

export type OutboxRecord = typeof outbox.$inferSelect;

/** Puts a message out once per key, in the transaction of what it tells about (L8). One about a drill says so first. */
export async function queueMessage(
  tx: ScopedTx,
  values: Omit<typeof outbox.$inferInsert, "id" | "state" | "attempts" | "sentAt" | "error">,
): Promise<void> {
  const isDrill = values.tenantId ? await isDrillTenant(tx, values.tenantId) : false;
  await tx
    .insert(outbox)
    .values(isDrill ? asDrill(values) : values)
    .onConflictDoNothing();
}

async function isDrillTenant(tx: ScopedTx, tenantId: string): Promise<boolean> {
  const [row] = await tx.select({ isDrill: tenants.isDrill }).from(tenants).where(eq(tenants.id, tenantId));
  return row?.isDrill === true;
}

const DRILL = "This is a drill in the simulated cloud. No client is affected.";
const asDrill = <Mail extends { subject: string; text: string; html: string }>(mail: Mail): Mail => ({
  ...mail,
  subject: `DRILL: ${mail.subject}`,
  text: `${DRILL}\n\n${mail.text}`,
  html: `<p><strong>${DRILL}</strong></p>\n${mail.html}`,
});

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
