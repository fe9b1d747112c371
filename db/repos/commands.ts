import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { Actor } from "#domain/access/actor.ts";
import type { CommandInput } from "#domain/command/command.ts";
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

/** Who had this very thing done, the newest; undefined when no person did. */
export async function findDoer(tx: ScopedTx, incidentId: string, input: CommandInput): Promise<Actor | undefined> {
  const [row] = await tx
    .select({ actor: commands.actor })
    .from(commands)
    .where(
      and(
        own(tx, commands.orgId, commands.tenantId),
        eq(commands.incidentId, incidentId),
        eq(commands.kind, input.kind),
        "step" in input ? sql`${commands.input} ->> 'step' = ${input.step}` : sql`true`,
        inArray(commands.state, ["accepted", "running", "done"]),
      ),
    )
    .orderBy(desc(commands.issuedAt))
    .limit(1);
  return row?.actor;
}

/** Takes back an order no worker has taken yet (D20); undefined when it is not waiting any more. */
export async function withdrawCommand(tx: ScopedTx, id: string, now: string): Promise<CommandRow | undefined> {
  const [row] = await tx
    .update(commands)
    .set({ state: "withdrawn", finishedAt: now, reason: "Withdrawn before a worker took it." })
    .where(
      and(
        eq(commands.id, id),
        inArray(commands.state, ["sent", "awaiting-second"]),
        own(tx, commands.orgId, commands.tenantId),
      ),
    )
    .returning();
  return row;
}

/** Lets an order go on, or ends it, after the second person's word; undefined when it does not wait for one any more. */
export async function releaseCommand(
  tx: ScopedTx,
  id: string,
  values: Pick<NewCommand, "state"> & Partial<Pick<NewCommand, "reason" | "expiresAt" | "finishedAt">>,
): Promise<CommandRow | undefined> {
  const [row] = await tx
    .update(commands)
    .set(values)
    .where(and(eq(commands.id, id), eq(commands.state, "awaiting-second"), own(tx, commands.orgId, commands.tenantId)))
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
