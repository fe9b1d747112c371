import { and, eq } from "drizzle-orm";
import type { Actor } from "#domain/access/actor.ts";
import type { CommandInput, CommandState } from "#domain/command/command.ts";
import { commands } from "../schema/incident.ts";
import { audit } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";
import { iso } from "./incident.ts";

/** A person's order as the worker reads it: the row is the authority, whatever a Signal says (S42). */
export type OrderRow = {
  id: string;
  tenantId: string;
  incidentId: string | null;
  input: CommandInput;
  actor: Actor;
  planVersion: number | null;
  state: CommandState;
  expiresAt: string | null;
};

/** The row, held until the transaction ends; undefined when it is not in the scope. */
export async function lockOrder(tx: ScopedTx, commandId: string): Promise<OrderRow | undefined> {
  const [row] = await tx.select().from(commands).where(eq(commands.id, commandId)).for("update");
  if (!row) return undefined;
  const { id, tenantId, incidentId, input, actor, planVersion, state } = row;
  return { id, tenantId, incidentId, input, actor, planVersion, state, expiresAt: iso(row.expiresAt) };
}

/** Moves an order on; terminal states carry the sentence people see. */
export async function setOrder(
  tx: ScopedTx,
  commandId: string,
  values: {
    state: CommandState;
    reason?: string | null;
    result?: Record<string, unknown>;
    acceptedAt?: string;
    finishedAt?: string;
  },
): Promise<void> {
  await tx.update(commands).set(values).where(eq(commands.id, commandId));
}

/** Remembers that the bell was rung, unless the order was taken up meanwhile. */
export async function markRung(tx: ScopedTx, commandId: string, now: string): Promise<void> {
  await tx
    .update(commands)
    .set({ signalledAt: now })
    .where(and(eq(commands.id, commandId), eq(commands.state, "sent")));
}

/** An audit row in the transaction of what it tells (P11). `action` is verb.object. */
export async function writeAudit(
  tx: ScopedTx,
  entry: {
    orgId: string;
    tenantId: string | null;
    incidentId: string | null;
    at: string;
    actor: Actor;
    action: string;
    object?: string;
    detail?: Record<string, unknown>;
  },
): Promise<void> {
  await tx.insert(audit).values({ ...entry, object: entry.object ?? null, detail: entry.detail ?? {} });
}
