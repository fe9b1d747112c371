import type { AccountKind } from "#domain/policy/document.ts";
import type { Authority } from "#domain/remediation/authorize.ts";

/** A decision as it stands on a step: the answer, why, and on which facts. */
export type StepDecision = Authority & {
  decidedAt: string;
  confidence: number;
  accountKinds: readonly AccountKind[];
  exceptionId: string | null;
  /** Since when people have been asked; null when they were not. */
  waitingSince: string | null;
  /** When the question was passed on because nobody had answered. */
  escalatedAt: string | null;
};

/** What tells two decisions apart for people: the same again is not written to the audit again. */
export const isSameDecision = (a: StepDecision | null | undefined, b: StepDecision): boolean =>
  a?.answer === b.answer &&
  a.cause === b.cause &&
  a.policyVersion === b.policyVersion &&
  a.would === b.would &&
  a.escalatedAt === b.escalatedAt;

/** A decision under which the question goes on waiting, or has waited for nothing. */
const WAITED: readonly Authority["cause"][] = ["gave-up", "nobody-answered"];

/** Since when people are asked about this step: kept over new plans until the question itself is gone. */
export function waitingSinceOf(previous: StepDecision | null | undefined, isWaiting: boolean): string | null {
  if (!previous?.waitingSince) return null;
  return isWaiting || WAITED.includes(previous.cause) ? previous.waitingSince : null;
}
