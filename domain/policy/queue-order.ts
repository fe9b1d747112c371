import type { Severity } from "#domain/incident/analysis.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";

const SEVERITY: Record<Severity, number> = { critical: 8, high: 4, medium: 2, low: 1 };
/** An open door costs more than a rule behind it, a rule more than a mail. */
const STEP: Partial<Record<RemediationStepId, number>> = { "revoke-and-lock": 3, "disable-persistence": 2 };
const CONTAINED_SHARE = 0.25;

/** What a minute of waiting loses, to put a queue in order; only the comparison means something. */
export function lossPerMinute(item: {
  incident: { severity: Severity; confidence: number; contained: boolean };
  step: RemediationStepId;
}): number {
  const { severity, confidence, contained } = item.incident;
  return SEVERITY[severity] * confidence * (STEP[item.step] ?? 1) * (contained ? CONTAINED_SHARE : 1);
}
