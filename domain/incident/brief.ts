import type { Actor } from "#domain/access/actor.ts";
import type { IncidentStatus } from "#domain/incident/state.ts";
import type { AuthorityAnswer, RemediationStepId, StepState } from "#domain/remediation/steps.ts";

/** What the incident's workflow knows: words and numbers, never text of a tenant (P8). */
export type IncidentBrief = {
  /** The database's time of reading, ms: of two that cross, the later read knows more. */
  readAt: number;
  number: number;
  status: IncidentStatus;
  isPublished: boolean;
  responseEnabled: boolean;
  responseActs: boolean;
  planVersion: number;
  contained: boolean;
  notContained: boolean;
  residualUntil: string | null;
  steps: Record<
    RemediationStepId,
    { state: StepState; authority: AuthorityAnswer | null; reason: string | null; by: Actor["kind"] | null }
  >;
  /** Steps Response may begin now, in order. */
  ready: RemediationStepId[];
};

/** Steps whose accepted state is read back until Microsoft shows it. */
export type VerifiableStep = "revoke-and-lock" | "reset-password";
