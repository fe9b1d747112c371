import { setHandler } from "@temporalio/workflow";
import { commandSignal, REMEMBERED_COMMANDS, wakeSignal } from "#workflows/messages.ts";

/** What has rung and is not answered yet. Handlers only queue, the body drains in order of arrival (D19). */
export type Bells = {
  queue: string[];
  handled: string[];
  wakes: Set<string>;
  hasWork(): boolean;
  next(): string | undefined;
};

/** Registers both handlers; call it before the first await. `handled` comes from the run before. */
export function listen(handled: string[] = []): Bells {
  const bells: Bells = {
    queue: [],
    handled: [...handled],
    wakes: new Set(),
    hasWork: () => bells.queue.length > 0 || bells.wakes.size > 0,
    next() {
      const commandId = bells.queue.shift();
      if (commandId !== undefined) bells.handled = [...bells.handled, commandId].slice(-REMEMBERED_COMMANDS);
      return commandId;
    },
  };
  setHandler(
    commandSignal,
    ({ commandId }) => {
      if (!bells.queue.includes(commandId) && !bells.handled.includes(commandId)) bells.queue.push(commandId);
    },
    { description: "A person's order: names the row that holds it" },
  );
  setHandler(
    wakeSignal,
    ({ reason }) => {
      bells.wakes.add(reason);
    },
    { description: "Look at Postgres again" },
  );
  return bells;
}
