import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import type { IncidentActivities } from "#activities/incident/index.ts";
import type { IncidentBrief, VerifiableStep } from "#domain/incident/brief.ts";
import { REMEDIATION_STEPS, type RemediationStepId } from "#domain/remediation/steps.ts";
import { listen } from "#workflows/bells.ts";
import { checklist, statusWord } from "#workflows/incident/details.ts";
import { PROFILES } from "#workflows/profiles.ts";
import { incidentStatusKey } from "#workflows/search-attributes.ts";

/*
 * One incident from detection to closing. The first activity locks the account where Response may, and plans; steps 2 and 3
 * follow while the lock is read back beside them. After that only people's orders and wakes from Postgres move it. A closed
 * incident ends its run; an order after closing starts a new one under the same id, which reads the rows, answers and ends.
 */
export type RespondInput = {
  tenantId: string;
  incidentId: string;
  handled?: string[];
  /** Steps Response already tried, by the plan version it tried them on. */
  tried?: Partial<Record<RemediationStepId, number>>;
  /** Continue as new after this many events even if the server does not suggest it. */
  continueAfterEvents?: number;
};

const FIRST_LOOK_AGAIN_MS = 30_000;
const LAST_LOOK_AGAIN_MS = 30 * 60_000;
const VERIFIABLE: readonly VerifiableStep[] = ["revoke-and-lock", "reset-password"];

const contain = proxyActivities<IncidentActivities>(PROFILES.graphWrite);
const orders = proxyActivities<IncidentActivities>(PROFILES.order);
const database = proxyActivities<IncidentActivities>(PROFILES.database);

const labelOf = (id: RemediationStepId) => REMEDIATION_STEPS.find((s) => s.id === id)?.label ?? id;

export async function respondToIncident(input: RespondInput): Promise<void> {
  const { tenantId, incidentId } = input;
  const at = { tenantId, incidentId };
  const bells = listen(input.handled);
  const tried = { ...input.tried };
  const verifying = new Set<VerifiableStep>();
  const gaveUp: Partial<Record<VerifiableStep, number>> = {};
  let lastWord: string | undefined;
  let lookAgainMs: number | undefined;
  let brief!: IncidentBrief;

  await look();

  function show(next: IncidentBrief): IncidentBrief {
    if (brief && next.readAt < brief.readAt) return brief;
    setCurrentDetails(checklist(next));
    const word = statusWord(next);
    if (word !== lastWord) upsertSearchAttributes([{ key: incidentStatusKey, value: word }]);
    lastWord = word;
    brief = next;
    return next;
  }

  /** A plan that cannot be made (an account not known yet, a consent withdrawn) is made again later; orders work meanwhile. */
  async function look(): Promise<IncidentBrief> {
    const isWatch = brief && bells.wakes.size === 1 && bells.wakes.has("watch");
    bells.wakes.clear();
    if (isWatch) return show(await database.readIncident(at));
    try {
      const next = await contain.openResponse.executeWithOptions({ summary: "Lock where Response may, and plan" }, [
        at,
      ]);
      lookAgainMs = undefined;
      return show(next);
    } catch {
      lookAgainMs = Math.min((lookAgainMs ?? FIRST_LOOK_AGAIN_MS / 2) * 2, LAST_LOOK_AGAIN_MS);
      return show(await database.readIncident(at));
    }
  }

  async function answer(commandId: string): Promise<void> {
    try {
      show(await orders.carryOut.executeWithOptions({ summary: "An order" }, [{ ...at, commandId }]));
    } catch {
      show(await database.failCommand({ ...at, commandId }));
    }
  }

  async function runSteps(first: RemediationStepId): Promise<void> {
    tried[first] = brief.planVersion;
    const summary = `Response: ${labelOf(first)} and what follows`;
    try {
      const done = await orders.runAutomaticSteps.executeWithOptions({ summary }, [{ ...at, first }]);
      for (const step of done.ran) tried[step] = done.brief.planVersion;
      show(done.brief);
    } catch {
      show(await database.failStep({ ...at, step: first }));
    }
  }

  /** Reads back for some seconds; what Microsoft shows later the watch in Postgres sees, and wakes this run (D13). */
  async function verify(step: VerifiableStep): Promise<void> {
    verifying.add(step);
    try {
      show(await orders.verifyStep.executeWithOptions({ summary: `Read back: ${labelOf(step)}` }, [{ ...at, step }]));
    } catch {
      // The watch goes on reading back.
    } finally {
      gaveUp[step] = brief.planVersion;
      verifying.delete(step);
    }
  }

  const nextStep = () => brief.ready.find((step) => tried[step] !== brief.planVersion);

  for (;;) {
    for (const step of VERIFIABLE) {
      const wants = brief.status === "open" && brief.steps[step].state === "accepted";
      if (!wants) delete gaveUp[step];
      else if (!verifying.has(step) && gaveUp[step] !== brief.planVersion) void verify(step);
    }
    const commandId = bells.next();
    const step = nextStep();
    if (commandId !== undefined) await answer(commandId);
    else if (bells.wakes.size > 0) await look();
    else if (step) await runSteps(step);
    else if (verifying.size > 0)
      await condition(() => bells.hasWork() || verifying.size === 0 || nextStep() !== undefined);
    else if (brief.status !== "open") {
      await condition(allHandlersFinished);
      if (!bells.hasWork()) return;
    } else if (isLong(input)) {
      await condition(allHandlersFinished);
      if (!bells.hasWork()) await continueAsNew<typeof respondToIncident>({ ...input, handled: bells.handled, tried });
    } else if (lookAgainMs === undefined) await condition(() => bells.hasWork());
    else if (!(await condition(() => bells.hasWork(), lookAgainMs))) await look();
  }
}

function isLong({ continueAfterEvents = 4000 }: RespondInput): boolean {
  const info = workflowInfo();
  return info.continueAsNewSuggested || info.historyLength > continueAfterEvents;
}
