import type { Actor } from "#domain/access/actor.ts";
import type { ApprovalEnd, PolicyDocument, PolicyOverride } from "#domain/policy/document.ts";
import type { ExceptionKind } from "#domain/policy/exception.ts";
import type { DecisionCause } from "#domain/remediation/authorize.ts";
import type { AuthorityAnswer } from "#domain/remediation/steps.ts";

/** Why a step was automatic, asked or left to people. */
export type DecisionView = {
  answer: AuthorityAnswer;
  cause: DecisionCause;
  reason: string;
  policyVersion: string;
  decidedAt: string;
  /** Shadow mode: what would have been done. */
  would: "auto" | "ask" | "two" | null;
  dueAt: string | null;
  otherwise: ApprovalEnd | null;
  escalatedAt: string | null;
};

export type QuestionView = {
  id: string;
  question: string;
  by: Actor;
  askedAt: string;
  answer: string | null;
  answeredBy: Actor | null;
  answeredAt: string | null;
};

export type ClaimView = { memberId: string; name: string; at: string };

export type KillSwitchView = { isOn: boolean; by: Actor; at: string; reason: string | null };

export type ExceptionView = {
  id: string;
  tenant: { id: string; name: string };
  kind: ExceptionKind;
  account: { objectId: string; name: string };
  countries: string[];
  addresses: string[];
  startsAt: string;
  endsAt: string;
  reason: string;
  by: Actor;
};

export type PolicyView = {
  org: { id: string; name: string };
  /** null = the organization's own */
  tenant: { id: string; name: string } | null;
  /** As decisions carry it. */
  policyVersion: string;
  /** What holds. */
  document: PolicyDocument;
  /** What would hold without the override below. */
  inherited: PolicyDocument;
  /** Own version, 0 = nothing was ever said differently. */
  version: number;
  override: PolicyOverride;
  history: { version: number; by: Actor; reason: string; at: string }[];
  /** Tenants that say something differently. */
  overrides: { tenant: { id: string; name: string }; version: number }[];
  tenants: { id: string; name: string }[];
  killSwitch: KillSwitchView | null;
  exceptions: ExceptionView[];
  may: { change: boolean; except: boolean; stop: boolean; release: boolean };
};
