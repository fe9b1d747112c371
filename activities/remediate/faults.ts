import { ApplicationFailure } from "@temporalio/common";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import { setStep } from "#db/repos/incident.ts";
import { markAccessLost } from "#db/repos/remediate.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import { audit, type Case, inCase, nowOf, type RemediateDeps, SYSTEM, stepOf } from "./case.ts";
import type { StepOutcome } from "./outcome.ts";

/** A fault Temporal tries again, not before Microsoft's time has passed (L11). */
export function tryAgain(fault: M365Fault): ApplicationFailure {
  return ApplicationFailure.create({
    message: fault.message,
    type: `M365:${fault.faultClass}`,
    nonRetryable: false,
    ...(fault.retryAfterMs === undefined ? {} : { nextRetryDelay: fault.retryAfterMs }),
  });
}

/** Faults in words a technician can act on. */
export function wordsOf(fault: M365Fault): string {
  switch (fault.faultClass) {
    case "needs-consent":
      return `Petra has lost its access to the tenant (${fault.message}). Give consent again, then repeat this step.`;
    case "tenant-gone":
      return `Microsoft does not know the tenant any more (${fault.message}).`;
    case "not-licensed":
      return `The tenant has no licence for this (${fault.message}).`;
    case "not-found":
      return `Microsoft does not find it (${fault.message}).`;
    default:
      return `Microsoft did not allow it (${fault.message}).`;
  }
}

/**
 * Runs one step. What passes by itself is thrown for Temporal to try again; every other fault becomes a failed step with
 * words, and lost access is written to the tenant: nothing hangs and the incident goes on. A step that is only read back
 * keeps its state: that it cannot be seen now does not undo it.
 */
export async function guardStep<Outcome extends StepOutcome | undefined>(
  deps: RemediateDeps,
  c: Case,
  stepId: RemediationStepId,
  run: () => Promise<Outcome>,
  options: { onlyReads?: boolean } = {},
): Promise<Outcome | StepOutcome> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof M365Fault)) throw error;
    if (error.faultClass === "retry") throw tryAgain(error);
    const now = nowOf(deps);
    const reason = wordsOf(error);
    const state = options.onlyReads ? (stepOf(c, stepId)?.state ?? "waiting") : "failed";
    const isLost = error.faultClass === "needs-consent" || error.faultClass === "tenant-gone";
    await inCase(deps, c, async (tx) => {
      if (isLost) await markAccessLost(tx, c.at.tenantId, reason, now);
      await setStep(tx, c.at.incidentId, stepId, { state, reason, updatedAt: now });
      const action = options.onlyReads ? "step.unreadable" : "step.failed";
      await audit(tx, c, { at: now, actor: SYSTEM, action, object: stepId, detail: { reason } });
    });
    return { state, reason };
  }
}
