import type { AccountKind, ApprovalEnd, PolicyStep } from "#domain/policy/document.ts";
import type { ExceptionKind } from "#domain/policy/exception.ts";
import { type AuthorityAnswer, REMEDIATION_STEPS } from "#domain/remediation/steps.ts";

export const ANSWER_WORDS: Record<AuthorityAnswer, string> = {
  auto: "By itself",
  ask: "Ask",
  two: "Two people",
  never: "Never",
};
export const ANSWER_HELP: Record<AuthorityAnswer, string> = {
  auto: "Petra acts at once, with nobody awake.",
  ask: "An analyst decides first.",
  two: "Two different analysts must agree.",
  never: "Only a person's own order moves the step.",
};
export const KIND_WORDS: Record<AccountKind, string> = {
  ordinary: "Ordinary",
  vip: "VIP",
  admin: "Administrator",
  service: "Service account",
  guest: "Guest",
};
export const END_WORDS: Record<ApprovalEnd, string> = {
  "ask-another": "ask the MSP",
  act: "act",
  "give-up": "leave it to people",
};
/** What happens when the time of a question is over, after "then". */
export const THEN_WORDS: Record<ApprovalEnd, string> = {
  "ask-another": "the MSP is asked",
  act: "Petra acts",
  "give-up": "it is left to people",
};
export const EXCEPTION_WORDS: Record<ExceptionKind, string> = {
  "expected-travel": "Expected travel",
  "planned-work": "Planned work",
  other: "Other",
};
export const WOULD_WORDS = { auto: "would have acted", ask: "would have asked", two: "would have asked two" } as const;
export const DAY_WORDS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
export const stepLabel = (id: PolicyStep): string => REMEDIATION_STEPS.find((step) => step.id === id)?.label ?? id;
