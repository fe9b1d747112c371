import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from "@temporalio/workflow";
import type { TenantActivities } from "#activities/tenant/index.ts";
import { listen } from "#workflows/bells.ts";
import { PROFILES } from "#workflows/profiles.ts";

/*
 * One tenant for as long as it is watched. It wakes only for decisions: a phase that ends (baselining, trial) and people's
 * orders (pause, resume, Response, remove). Polling is done elsewhere (collect), so an idle tenant costs nothing here.
 */
export type MonitorInput = { tenantId: string; handled?: string[]; continueAfterEvents?: number };

const orders = proxyActivities<TenantActivities>(PROFILES.order);
const database = proxyActivities<TenantActivities>(PROFILES.database);

/** Node timers and ours hold 24 days at most in one piece; looking again then costs one activity a fortnight. */
const LONGEST_SLEEP_MS = 14 * 86_400_000;

export async function monitorTenant(input: MonitorInput): Promise<void> {
  const { tenantId } = input;
  const bells = listen(input.handled);
  for (;;) {
    for (let commandId = bells.next(); commandId !== undefined; commandId = bells.next()) {
      try {
        await orders.carryOutTenant.executeWithOptions({ summary: "An order" }, [{ tenantId, commandId }]);
      } catch {
        await database.failTenantCommand({ tenantId, commandId });
      }
    }
    bells.wakes.clear();
    const { phase, nextInMs } = await database.advanceTenant.executeWithOptions({ summary: "Phase" }, [{ tenantId }]);
    setCurrentDetails(`Phase: ${phase}`);
    if (bells.hasWork()) continue;
    if (phase === "removed") {
      await condition(allHandlersFinished);
      if (!bells.hasWork()) return;
    } else if (isLong(input)) {
      await condition(allHandlersFinished);
      if (!bells.hasWork()) await continueAsNew<typeof monitorTenant>({ ...input, handled: bells.handled });
    } else if (nextInMs === null) await condition(() => bells.hasWork());
    else await condition(() => bells.hasWork(), Math.max(1, Math.min(nextInMs, LONGEST_SLEEP_MS)));
  }
}

function isLong({ continueAfterEvents = 4000 }: MonitorInput): boolean {
  const info = workflowInfo();
  return info.continueAsNewSuggested || info.historyLength > continueAfterEvents;
}
