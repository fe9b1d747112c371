import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from "@temporalio/workflow";
import type { MailActivities } from "#activities/remediate/phish/index.ts";
import { listen } from "#workflows/bells.ts";
import { PROFILES } from "#workflows/profiles.ts";

/*
 * One phish in one tenant: people's orders to look for it, to move its copies to Deleted Items and to bring them back. Each
 * tenant has a workflow of its own, so that what one tenant cannot do holds up no other. It ends when nothing is ordered;
 * the next order starts it again under the same id.
 */
export type RetractPhishInput = {
  tenantId: string;
  phishId: string;
  handled?: string[];
  /** Orders under way, and when each is to be looked at again (ms, workflow time). */
  waiting?: [commandId: string, dueAt: number][];
};

const orders = proxyActivities<MailActivities>(PROFILES.order);
const database = proxyActivities<MailActivities>(PROFILES.database);

export async function retractPhish(input: RetractPhishInput): Promise<void> {
  const { tenantId, phishId } = input;
  const bells = listen(input.handled);
  const waiting = new Map(input.waiting);

  async function answer(commandId: string): Promise<void> {
    waiting.delete(commandId);
    setCurrentDetails(`Order ${commandId.slice(0, 8)} is being carried out.`);
    try {
      const order = { tenantId, phishId, commandId };
      const outcome = await orders.carryOutPhish.executeWithOptions({ summary: "An order about a phish" }, [order]);
      if (outcome.state === "again") waiting.set(commandId, Date.now() + outcome.inSeconds * 1000);
    } catch {
      await database.failPhish({ tenantId, phishId, commandId });
    }
    setCurrentDetails(waiting.size > 0 ? `${waiting.size} order(s) go on later.` : "Nothing is under way.");
  }

  for (;;) {
    bells.wakes.clear();
    const [next] = [...waiting].toSorted(([, a], [, b]) => a - b);
    const commandId = bells.next() ?? (next && next[1] <= Date.now() ? next[0] : undefined);
    if (commandId !== undefined) await answer(commandId);
    else if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      if (!bells.hasWork())
        await continueAsNew<typeof retractPhish>({ ...input, handled: bells.handled, waiting: [...waiting] });
    } else if (next) await condition(() => bells.hasWork(), Math.max(1, next[1] - Date.now()));
    else {
      await condition(allHandlersFinished);
      if (!bells.hasWork()) return;
    }
  }
}
