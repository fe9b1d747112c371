import type { AuthorityAnswer, RemediationStepId } from "#domain/remediation/steps.ts";
import { REMEDIATION_STEPS } from "#domain/remediation/steps.ts";
import type { TenantPhase } from "#domain/tenant/phases.ts";

/** Changes with the table below; written beside every decision (D10). */
export const POLICY_VERSION = "2026-11-21";
/** Below this an analyst is asked. */
export const CONFIDENCE_FLOOR = 0.75;

export type AuthorityQuestion = {
  step: RemediationStepId;
  tenant: { responseEnabled: boolean; phase: TenantPhase; isScanOnly: boolean; accessLost: boolean };
  account: { isPrivileged: boolean; isLastGlobalAdmin: boolean; isBreakGlass: boolean; isSyncAccount: boolean };
  confidence: number;
};
export type Authority = { answer: AuthorityAnswer; policyVersion: string; reason: string };

/**
 * May Petra do this step by itself? `never` leaves it to a person's order, `ask` puts it before an analyst.
 * The first matching line decides; persons' orders do not pass here.
 */
export function authorize(question: AuthorityQuestion): Authority {
  const { step, tenant, account, confidence } = question;
  const say = (answer: AuthorityAnswer, reason: string): Authority => ({
    answer,
    policyVersion: POLICY_VERSION,
    reason,
  });
  if (!REMEDIATION_STEPS.some((known) => known.id === step && known.automatic))
    return say("never", "This step is always a person's.");
  if (tenant.accessLost) return say("never", "Petra has lost its access to the tenant.");
  if (!tenant.responseEnabled) return say("never", "Petra Response is off for this tenant.");
  if (tenant.isScanOnly) return say("never", "Scan-only tenants are watched; nothing runs by itself.");
  if (tenant.phase === "consent" || tenant.phase === "removed")
    return say("never", "The tenant is not connected to Petra.");
  if (account.isSyncAccount)
    return say("ask", "The account runs directory synchronisation: locking it stops the sync for everybody.");
  if (account.isBreakGlass) return say("ask", "The account is on the tenant's list of emergency accounts.");
  if (account.isLastGlobalAdmin)
    return say("ask", "The account is the last enabled Global Administrator: locking it locks everybody out.");
  if (confidence < CONFIDENCE_FLOOR)
    return say("ask", `The confidence is ${Math.round(confidence * 100)} %, below ${CONFIDENCE_FLOOR * 100} %.`);
  return say("auto", "Petra Response is on.");
}
