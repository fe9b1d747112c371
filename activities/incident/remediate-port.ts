import type { Actor } from "#domain/access/actor.ts";
import type { AuthorityAnswer, RemediationStepId, StepState } from "#domain/remediation/steps.ts";

/** What one step answered: accepted, verified, or why not; `again` when it wants to be asked once more. */
export type StepOutcome = {
  state: StepState;
  reason?: string;
  residualUntil?: string;
  again?: { inSeconds: number };
};

type At = { tenantId: string; incidentId: string };
type Ordered = At & { by: Actor; commandId?: string };

/** The narrow slice of the remediate room that carries orders out (P18); every call is idempotent through the ledger. */
export type RemediatePort = {
  planRemediation(
    input: At,
  ): Promise<{ planVersion: number; steps: { id: RemediationStepId; authority: AuthorityAnswer; targets: number }[] }>;
  /** The lock before the plan, where Response may by itself; undefined where not. */
  lockAtOnce(input: Ordered): Promise<StepOutcome | undefined>;
  lockAccount(input: Ordered): Promise<StepOutcome>;
  verifyLock(input: At): Promise<StepOutcome>;
  retractPhish(input: Ordered): Promise<StepOutcome>;
  disablePersistence(
    input: Ordered & { artifactIds?: string[]; artifactAction?: "disable" | "delete" },
  ): Promise<StepOutcome>;
  resetPassword(input: Ordered & { forMemberId: string }): Promise<StepOutcome>;
  verifyPassword(input: At): Promise<StepOutcome>;
  reenableAccount(input: Ordered): Promise<StepOutcome>;
  closeIncident(input: Ordered & { reasons: Record<string, string> }): Promise<StepOutcome>;
  dismissIncident(input: Ordered & { reason: string }): Promise<StepOutcome>;
  undoAction(input: Ordered & { actionId: string }): Promise<StepOutcome>;
  attestPassword(input: Ordered & { reason: string }): Promise<StepOutcome>;
};
