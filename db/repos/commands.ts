import { and, desc, eq, inArray } from "drizzle-orm";
import type { CommandView } from "#domain/view/portal.ts";
import { commands } from "../schema/incident.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type CommandRow = typeof commands.$inferSelect;
export type NewCommand = typeof commands.$inferInsert;

/** A command of the viewer's scope, or undefined. */
export async function findCommand(tx: ScopedTx, id: string): Promise<CommandRow | undefined> {
  const [row] = await tx
    .select()
    .from(commands)
    .where(and(eq(commands.id, id), own(tx, commands.orgId, commands.tenantId)));
  return row;
}

/** Stores an order; false when a command with this id is there already, whoever's it is (D15). */
export async function insertCommand(tx: ScopedTx, command: NewCommand): Promise<boolean> {
  const made = await tx.insert(commands).values(command).onConflictDoNothing().returning({ id: commands.id });
  return made.length > 0;
}

/** Is an order of this incident on its way that no worker has taken yet? Then the workflow decides, not the API (D16). */
export async function hasUndelivered(tx: ScopedTx, incidentId: string): Promise<boolean> {
  const [row] = await tx
    .select({ id: commands.id })
    .from(commands)
    .where(
      and(
        own(tx, commands.orgId, commands.tenantId),
        eq(commands.incidentId, incidentId),
        inArray(commands.state, ["sent", "accepted", "running"]),
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** Orders of an incident, newest first. */
export const listCommands = (tx: ScopedTx, incidentId: string): Promise<CommandRow[]> =>
  tx
    .select()
    .from(commands)
    .where(and(own(tx, commands.orgId, commands.tenantId), eq(commands.incidentId, incidentId)))
    .orderBy(desc(commands.issuedAt))
    .limit(100);

/** Takes back an order no worker has taken yet (D20); undefined when it is not waiting any more. */
export async function withdrawCommand(tx: ScopedTx, id: string, now: string): Promise<CommandRow | undefined> {
  const [row] = await tx
    .update(commands)
    .set({ state: "withdrawn", finishedAt: now, reason: "Withdrawn before a worker took it." })
    .where(and(eq(commands.id, id), eq(commands.state, "sent"), own(tx, commands.orgId, commands.tenantId)))
    .returning();
  return row;
}

/** Remembers when the bell was rung for a command that still waits. */
export async function markSignalled(tx: ScopedTx, id: string, now: string): Promise<void> {
  await tx
    .update(commands)
    .set({ signalledAt: now })
    .where(and(eq(commands.id, id), eq(commands.state, "sent")));
}

export const commandView = (row: CommandRow): CommandView => ({
  id: row.id,
  kind: row.kind,
  step: "step" in row.input ? row.input.step : null,
  state: row.state,
  reason: row.reason,
  actor: row.actor,
  issuedAt: row.issuedAt,
  acceptedAt: row.acceptedAt,
  finishedAt: row.finishedAt,
  result: row.result,
});
