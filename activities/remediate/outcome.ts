import type { StepState } from "#domain/remediation/steps.ts";

/** What a step answers. `again`: the caller asks once more after this time. */
export type StepOutcome = {
  state: StepState;
  reason?: string;
  /** ISO time until which what was issued before may still work (D1). */
  residualUntil?: string;
  again?: { inSeconds: number };
};
