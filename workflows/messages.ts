import { defineSignal } from "@temporalio/workflow";

/** The bell: names the row that holds the order, nothing more (S42). */
export type CommandBell = { commandId: string };
/** Something in Postgres changed that this workflow must look at. */
export type Wake = { reason: string };

export const commandSignal = defineSignal<[CommandBell]>("command");
export const wakeSignal = defineSignal<[Wake]>("wake");

/** Ids of orders already taken up; older duplicates die on the row itself (D19). */
export const REMEMBERED_COMMANDS = 200;
