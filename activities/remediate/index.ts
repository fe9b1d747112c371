import type { Ordered, RemediateDeps } from "./case.ts";
import { closeIncident } from "./close.ts";
import { disablePersistence } from "./disable-persistence.ts";
import { lockAccount, lockAtOnce, prepareLock } from "./lock.ts";
import { attestPassword, resetPassword, verifyPassword } from "./password.ts";
import { planRemediation } from "./plan-remediation.ts";
import { reenableAccount } from "./reenable.ts";
import { retractPhish } from "./retract.ts";
import { sweepPersistence } from "./sweep.ts";
import { dismissIncident, undoAction } from "./undo.ts";
import { verifyLock } from "./verify-lock.ts";
import { hastenLocks, runWatches } from "./watches.ts";

/** The remediate room: every function may run twice, and each answers with a StepOutcome people can read. */
export function createRemediateActivities(deps: RemediateDeps) {
  const bind =
    <Input, Output>(activity: (deps: RemediateDeps, input: Input) => Promise<Output>) =>
    (input: Input): Promise<Output> =>
      activity(deps, input);
  return {
    planRemediation: bind(planRemediation),
    lockAtOnce: (input: Ordered) => lockAtOnce(deps, input),
    prepareLock: (of: Parameters<typeof prepareLock>[1]) => prepareLock(deps, of),
    lockAccount: bind(lockAccount),
    verifyLock: bind(verifyLock),
    retractPhish: bind(retractPhish),
    disablePersistence: bind(disablePersistence),
    sweepPersistence: bind(sweepPersistence),
    resetPassword: bind(resetPassword),
    verifyPassword: bind(verifyPassword),
    attestPassword: bind(attestPassword),
    reenableAccount: bind(reenableAccount),
    closeIncident: bind(closeIncident),
    undoAction: bind(undoAction),
    dismissIncident: bind(dismissIncident),
    hastenLocks: bind(hastenLocks),
    runWatches: (input: { limit?: number } = {}) => runWatches(deps, input),
  };
}
