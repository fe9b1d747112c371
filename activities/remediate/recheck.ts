import { listWatches, putWatch, setWatch, type WatchRow } from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import type { Case, Order } from "./case.ts";
import { later } from "./lock.ts";

type Pending = Partial<Record<RemediationStepId, Order>>;

/** One watch an incident holds every step that is to be looked at again, with the order it goes on under. */
export const pendingOf = (watch: WatchRow | undefined): Pending =>
  watch?.state === "watching" ? ((watch.target.steps as Pending | undefined) ?? {}) : {};

/** Has the step looked at again every `seconds`, for `forSeconds`. */
export async function lookAgain(
  tx: ScopedTx,
  c: Case,
  step: RemediationStepId,
  order: Order,
  time: { now: string; seconds: number; forSeconds: number },
): Promise<void> {
  const watch = (await listWatches(tx, c.at.incidentId)).find((row) => row.kind === "verify");
  const { by, commandId } = order;
  const steps: Pending = { ...pendingOf(watch), [step]: { by, ...(commandId ? { commandId } : {}) } };
  await putWatch(tx, {
    ...c.at,
    kind: "verify",
    target: { steps },
    dueAt: later(time.now, time.seconds),
    until: later(time.now, time.forSeconds),
    everySeconds: time.seconds,
    state: "watching",
  });
}

/** The step is settled; the watch ends with its last step. */
export async function lookNoMore(tx: ScopedTx, c: Case, step: RemediationStepId): Promise<void> {
  const watch = (await listWatches(tx, c.at.incidentId)).find((row) => row.kind === "verify");
  const { [step]: settled, ...steps } = pendingOf(watch);
  if (!watch || !settled) return;
  await setWatch(tx, watch.id, {
    target: { steps },
    ...(Object.keys(steps).length === 0 ? { state: "ended" as const, lastResult: "settled" } : {}),
  });
}
