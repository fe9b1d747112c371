import { attackerPlaces, releaseClaim } from "#db/repos/approval.ts";
import { queueMessage } from "#db/repos/notify.ts";
import { loadPolicyInForce, type PolicyInForce } from "#db/repos/policy.ts";
import type { LoadedCase as Rows } from "#db/repos/remediate.ts";
import { endWatches, putWatch } from "#db/repos/remediate.ts";
import { listNotificationAddresses } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { questionMessage } from "#domain/notification/message.ts";
import { isSameDecision, type StepDecision, waitingSinceOf } from "#domain/policy/decision.ts";
import type { AccountKind } from "#domain/policy/document.ts";
import { exceptionFor, type PolicyException } from "#domain/policy/exception.ts";
import type { AuthorityQuestion } from "#domain/remediation/authorize.ts";
import { authorize } from "#domain/remediation/authorize.ts";
import { REMEDIATION_STEPS, type RemediationStepId } from "#domain/remediation/steps.ts";
import { audit, type Case, SYSTEM } from "./case.ts";

/** What decides about an incident's steps, read in the transaction that decides. */
export type InForce = PolicyInForce & { exception: PolicyException | null };

const WATCH_SECONDS = 60;
const FOREVER_MS = 10 * 365 * 86_400_000;

/** Policy, kill switch and the exception that holds for this incident: read again for each decision and each write. */
export async function readInForce(tx: ScopedTx, { incident, account, tenant }: Rows, now: string): Promise<InForce> {
  const inForce = await loadPolicyInForce(tx, { orgId: tenant.orgId, tenantId: tenant.id }, now);
  const ofAccount = inForce.exceptions.filter((one) => one.accountObjectId === account.objectId);
  if (ofAccount.length === 0) return { ...inForce, exception: null };
  const isNarrow = ofAccount.some((one) => one.countries.length + one.addresses.length > 0);
  const seen = isNarrow ? await attackerPlaces(tx, incident.id) : { countries: [], addresses: [] };
  const facts = { accountObjectId: account.objectId, now, ...seen };
  return { ...inForce, exception: exceptionFor(ofAccount, facts) ?? null };
}

/** The policy's question as the rows answer it. */
export function questionOf(row: Rows, step: RemediationStepId, inForce: InForce, now: string): AuthorityQuestion {
  const { incident, account, tenant, steps } = row;
  const present = steps.find((one) => one.stepId === step);
  return {
    step,
    tenant: {
      responseEnabled: tenant.responseEnabled,
      phase: tenant.phase,
      isScanOnly: tenant.isScanOnly,
      accessLost: tenant.accessLostAt !== null,
    },
    account: {
      kinds: kindsOf(row, inForce),
      isLastGlobalAdmin: incident.accountBefore?.isLastGlobalAdmin === true,
      isBreakGlass: tenant.emergencyAccounts.some((one) => one.objectId === account.objectId),
      isSyncAccount: isSyncAccount(account),
    },
    confidence: incident.confidence,
    policy: { document: inForce.document, version: inForce.version },
    killSwitch: inForce.killSwitch,
    exception: inForce.exception,
    waitingSince: waitingSinceOf(present?.decision, present?.state === "awaiting-approval"),
    now,
  };
}

/** Every kind that fits; an account whose roles nobody could ever read counts as an administrator (S44). */
function kindsOf({ incident, account }: Rows, inForce: InForce): AccountKind[] {
  const kinds: AccountKind[] = [];
  const mark = inForce.document.marked.find((one) => one.objectId === account.objectId);
  if (mark) kinds.push(mark.kind);
  if (account.roles.length > 0 || (incident.accountBefore !== null && incident.accountBefore.roles === null))
    kinds.push("admin");
  if (isSyncAccount(account) && !kinds.includes("service")) kinds.push("service");
  if (account.userType === "Guest" || /#ext#@/i.test(account.upn)) kinds.push("guest");
  return kinds.length > 0 ? kinds : ["ordinary"];
}

/** The account Entra Connect or Cloud Sync signs in with. */
const isSyncAccount = (account: { upn: string; roles: string[] }): boolean =>
  /^sync_[^@]+_[0-9a-f]{8,}@/i.test(account.upn) || account.roles.includes("Directory Synchronization Accounts");

/** Decides one step and says everything needed to explain it later. */
export function decideStep(row: Rows, step: RemediationStepId, inForce: InForce, now: string): StepDecision {
  const question = questionOf(row, step, inForce, now);
  const authority = authorize(question);
  const previous = row.steps.find((one) => one.stepId === step)?.decision;
  const isAsked = authority.answer === "ask" || authority.answer === "two";
  const waitingSince = question.waitingSince ?? (isAsked ? now : null);
  const isOver = isAsked && authority.otherwise === "ask-another" && authority.dueAt !== null && authority.dueAt <= now;
  const kept = waitingSince === previous?.waitingSince ? (previous?.escalatedAt ?? null) : null;
  return {
    ...authority,
    decidedAt: now,
    confidence: question.confidence,
    accountKinds: question.account.kinds,
    exceptionId: inForce.exception?.id ?? null,
    waitingSince,
    escalatedAt: kept ?? (isOver ? now : null),
  };
}

/** The decision into the audit, once each time it changes; a question that nobody answered goes on to the MSP. */
export async function tellDecision(
  tx: ScopedTx,
  c: Pick<Case, "at">,
  row: Rows & { publicUrl: string },
  step: RemediationStepId,
  decision: StepDecision,
): Promise<void> {
  const previous = row.steps.find((one) => one.stepId === step)?.decision;
  if (decision.cause === "person-step" || isSameDecision(previous, decision)) return;
  const { answer, cause, reason, policyVersion, would, confidence, accountKinds, exceptionId } = decision;
  const detail = { step, answer, cause, reason, policy: policyVersion, confidence, accountKinds };
  await audit(tx, c, {
    at: decision.decidedAt,
    actor: SYSTEM,
    action: would ? "policy.would-have" : "policy.decided",
    object: step,
    detail: { ...detail, ...(would ? { would } : {}), ...(exceptionId ? { exception: exceptionId } : {}) },
  });
  if (decision.escalatedAt === decision.decidedAt) await passOn(tx, c, row, step, decision);
}

/** Nobody answered in time: the claim falls, and the MSP's own people are told that they can act themselves. */
async function passOn(
  tx: ScopedTx,
  c: Pick<Case, "at">,
  row: Rows & { publicUrl: string },
  step: RemediationStepId,
  decision: StepDecision,
): Promise<void> {
  const { orgId, tenantId, incidentId } = c.at;
  await releaseClaim(tx, incidentId);
  const message = questionMessage({
    account: row.account.upn,
    tenant: row.tenant.name,
    number: row.incident.number,
    question: `Nobody has answered whether Petra may run “${labelOf(step)}” yet. You can run the step yourself.`,
    url: `${row.publicUrl}/incidents/${incidentId}`,
  });
  for (const recipient of await listNotificationAddresses(tx, tenantId))
    await queueMessage(tx, {
      orgId,
      tenantId,
      incidentId,
      key: `unanswered:${incidentId}:${step}:${decision.waitingSince}:${recipient.toLowerCase()}`,
      channel: "email",
      recipient,
      ...message,
      nextAt: decision.decidedAt,
      createdAt: decision.decidedAt,
    });
}

const labelOf = (id: RemediationStepId) => REMEDIATION_STEPS.find((step) => step.id === id)?.label ?? id;

/** Sets the time at which the decisions are to be looked at again (D13), or ends looking. */
export async function watchDecisions(
  tx: ScopedTx,
  c: Pick<Case, "at">,
  decisions: StepDecision[],
  now: string,
): Promise<void> {
  const next = decisions
    .flatMap((one) => [one.escalatedAt ? null : one.dueAt, one.reconsiderAt])
    .filter((at): at is string => at !== null && at > now)
    .toSorted()[0];
  if (!next) return endWatches(tx, c.at.incidentId, ["approval"], "nothing waits", now);
  await putWatch(tx, {
    ...c.at,
    kind: "approval",
    target: {},
    dueAt: next,
    until: new Date(Date.parse(now) + FOREVER_MS).toISOString(),
    everySeconds: WATCH_SECONDS,
    state: "watching",
  });
}
