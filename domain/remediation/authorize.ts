import {
  type AccountKind,
  type ApprovalEnd,
  POLICY_STEPS,
  type PolicyDocument,
  type PolicyStep,
  strictest,
} from "#domain/policy/document.ts";
import type { PolicyException } from "#domain/policy/exception.ts";
import { quietUntil } from "#domain/policy/quiet-hours.ts";
import type { AuthorityAnswer, RemediationStepId } from "#domain/remediation/steps.ts";
import type { TenantPhase } from "#domain/tenant/phases.ts";

/** Changes with the rules below; written beside every decision, before the versions of the organization's own policy (D10). */
export const POLICY_VERSION = "2026-11-21";

/** `2026-11-21`, and what the organization (o) and the tenant (t) say differently, by version. */
export function policyVersionOf(orgVersion: number | null, tenantVersion: number | null): string {
  const own = [orgVersion === null ? "" : `+o${orgVersion}`, tenantVersion === null ? "" : `+t${tenantVersion}`];
  return `${POLICY_VERSION}${own.join("")}`;
}

export type AuthorityQuestion = {
  step: RemediationStepId;
  tenant: { responseEnabled: boolean; phase: TenantPhase; isScanOnly: boolean; accessLost: boolean };
  account: {
    /** Every kind that fits; the strictest of their answers holds. */
    kinds: readonly AccountKind[];
    isLastGlobalAdmin: boolean;
    isBreakGlass: boolean;
    isSyncAccount: boolean;
  };
  confidence: number;
  policy: { document: PolicyDocument; version: string };
  /** Set while the organization's kill switch is on. */
  killSwitch: { by: string; since: string } | null;
  /** The exception that holds for this incident now (domain/policy/exception.ts). */
  exception: PolicyException | null;
  /** Since when a person has been asked; null when nobody was asked yet. */
  waitingSince: string | null;
  now: string;
};

export const DECISION_CAUSES = [
  "person-step",
  "response-off",
  "kill-switch",
  "protected-account",
  "exception",
  "table",
  "confidence",
  "quiet-hours",
  "gave-up",
  "nobody-answered",
  "response-on",
] as const;
export type DecisionCause = (typeof DECISION_CAUSES)[number];

/** A decision with everything that is needed to explain it later; stored on the step and in the audit. */
export type Authority = {
  answer: AuthorityAnswer;
  policyVersion: string;
  reason: string;
  cause: DecisionCause;
  /** Shadow mode: what would have been answered; nothing is done. */
  would: Exclude<AuthorityAnswer, "never"> | null;
  /** When the question's time is over, and what happens then. */
  dueAt: string | null;
  otherwise: ApprovalEnd | null;
  /** When it is worth asking again without anybody's doing. */
  reconsiderAt: string | null;
};

type Finding = { answer: AuthorityAnswer; cause: DecisionCause; reason: string; lapses?: true };

/**
 * May Petra do this step by itself? `never` leaves it to a person's order, `ask` puts it before an analyst, `two` before two
 * of them. The strictest of all findings holds. Persons' orders do not pass here.
 */
export function authorize(question: AuthorityQuestion): Authority {
  const { step, policy } = question;
  const base = { policyVersion: policy.version, would: null, dueAt: null, otherwise: null, reconsiderAt: null };
  const isPolicyStep = (POLICY_STEPS as readonly string[]).includes(step);
  const closed = isPolicyStep ? closedBy(question) : "This step is always a person's.";
  if (closed) return { ...base, answer: "never", cause: isPolicyStep ? "response-off" : "person-step", reason: closed };

  const findings = findingsOf(question, step as PolicyStep);
  const answer = strictest(findings.map((finding) => finding.answer));
  const cause = findings.find((finding) => finding.answer === answer)?.cause ?? "response-on";
  const reasons = findings.map((finding) => finding.reason);
  const decided: Authority =
    answer === "auto"
      ? { ...base, answer, cause: "response-on", reason: "Petra Response is on." }
      : { ...base, answer, cause, reason: reasons.join(" ") };
  return inShadow(question, answer === "ask" || answer === "two" ? afterWaiting(question, decided, findings) : decided);
}

/** Why nothing runs by itself here at all, whatever the policy says. */
function closedBy({ tenant }: AuthorityQuestion): string | undefined {
  if (tenant.accessLost) return "Petra has lost its access to the tenant.";
  if (!tenant.responseEnabled) return "Petra Response is off for this tenant.";
  if (tenant.isScanOnly) return "Scan-only tenants are watched; nothing runs by itself.";
  if (tenant.phase === "consent" || tenant.phase === "removed") return "The tenant is not connected to Petra.";
  return undefined;
}

const KIND_WORDS: Record<AccountKind, string> = {
  ordinary: "an ordinary account",
  vip: "a VIP",
  admin: "an administrator",
  service: "a service account",
  guest: "a guest",
};
const ANSWER_WORDS: Record<AuthorityAnswer, string> = {
  auto: "Petra acts by itself",
  ask: "an analyst is asked",
  two: "two people must agree",
  never: "only a person's order moves this step",
};
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Everything that keeps Petra from acting by itself, the weightiest first. */
function findingsOf(question: AuthorityQuestion, step: PolicyStep): Finding[] {
  const { account, confidence, killSwitch, exception, now } = question;
  const { document } = question.policy;
  const rule = document.steps[step];
  const found: Finding[] = [];
  const add = (answer: AuthorityAnswer, cause: DecisionCause, reason: string, lapses?: true) =>
    found.push({ answer, cause, reason, ...(lapses ? { lapses } : {}) });
  if (killSwitch)
    add(
      "ask",
      "kill-switch",
      `The kill switch is on since ${killSwitch.since.slice(0, 16).replace("T", " ")} UTC (${killSwitch.by}): nothing runs by itself.`,
    );
  if (account.isSyncAccount)
    add(
      "ask",
      "protected-account",
      "The account runs directory synchronisation: locking it stops the sync for everybody.",
    );
  if (account.isBreakGlass)
    add("ask", "protected-account", "The account is on the tenant's list of emergency accounts.");
  if (account.isLastGlobalAdmin)
    add(
      "ask",
      "protected-account",
      "The account is the last enabled Global Administrator: locking it locks everybody out.",
    );
  if (exception)
    add(
      "ask",
      "exception",
      `${EXCEPTION_WORDS[exception.kind]} until ${exception.endsAt.slice(0, 10)}: ${exception.reason} Nothing runs by itself for this account.`,
    );
  for (const kind of account.kinds) {
    const answer = rule.answers[kind];
    if (answer !== "auto")
      add(answer, "table", `The account is ${KIND_WORDS[kind]}: by policy ${ANSWER_WORDS[answer]}.`, true);
  }
  if (confidence < rule.confidenceFloor)
    add(
      rule.belowFloor,
      "confidence",
      `The confidence is ${percent(confidence)}, below ${percent(rule.confidenceFloor)}.`,
      true,
    );
  const quiet = document.quietHours;
  const until = quiet?.steps.includes(step) ? quietUntil(quiet, now) : undefined;
  if (quiet && until)
    add(
      quiet.answer,
      "quiet-hours",
      `Quiet hours until ${quiet.to} (${quiet.zone}): ${ANSWER_WORDS[quiet.answer]}.`,
      true,
    );
  return found;
}

const EXCEPTION_WORDS: Record<PolicyException["kind"], string> = {
  "expected-travel": "Expected travel",
  "planned-work": "Planned work",
  other: "An exception holds",
};

/**
 * What the time limit makes of a question. Acting unanswered is left to what the policy alone asks about: a protected
 * account, an exception, the kill switch and two people's word never lapse into an act.
 */
function afterWaiting(question: AuthorityQuestion, decided: Authority, findings: Finding[]): Authority {
  const { waitingSince, now, policy, killSwitch } = question;
  const quiet = policy.document.quietHours;
  const hasQuiet = findings.some((finding) => finding.cause === "quiet-hours");
  const reconsiderAt = (quiet && hasQuiet && quietUntil(quiet, now)) || null;
  const limit = policy.document.approval;
  if (!limit || killSwitch) return { ...decided, reconsiderAt };
  const mayAct = decided.answer === "ask" && findings.every((finding) => finding.lapses);
  const otherwise = limit.otherwise === "act" && !mayAct ? "ask-another" : limit.otherwise;
  const dueAt = new Date(Date.parse(waitingSince ?? now) + limit.minutes * 60_000).toISOString();
  const asked: Authority = { ...decided, dueAt, otherwise, reconsiderAt };
  if (now < dueAt || waitingSince === null) return asked;
  const silence = `Nobody answered within ${limit.minutes} minutes`;
  if (otherwise === "act")
    return {
      ...asked,
      answer: "auto",
      cause: "nobody-answered",
      reason: `${silence}: by policy Petra acts. ${decided.reason}`,
    };
  if (otherwise === "give-up")
    return {
      ...asked,
      answer: "never",
      cause: "gave-up",
      reason: `${silence}: by policy it is left to a person's order. ${decided.reason}`,
    };
  return asked;
}

function inShadow(question: AuthorityQuestion, decided: Authority): Authority {
  if (question.policy.document.mode !== "shadow" || decided.answer === "never") return decided;
  const words = decided.answer === "auto" ? "Petra would act" : "Petra would ask";
  return {
    ...decided,
    answer: "never",
    would: decided.answer,
    reason: `Shadow mode: ${words} now; nothing is written. ${decided.reason}`,
    dueAt: null,
    otherwise: null,
    reconsiderAt: null,
  };
}
