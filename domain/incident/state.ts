import type { ArtifactKind, IncidentKind, Severity } from "#domain/incident/analysis.ts";
import type { RemediationStepId, StepState } from "#domain/remediation/steps.ts";

export const INCIDENT_STATUSES = ["open", "remediated", "dismissed"] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** One step as the transition function sees it. */
export type StepFacts = {
  state: StepState;
  residualUntil?: string;
  reason?: string;
  /** Where two people must agree: who has, since it was asked. */
  agreed?: { memberId: string; at: string }[];
};

/** What the pure transition function needs to know; read from Postgres by API and workflow alike (P6). */
export type IncidentState = {
  id: string;
  tenantId: string;
  status: IncidentStatus;
  kind: IncidentKind;
  severity: Severity;
  confidence: number;
  isPublished: boolean;
  responseEnabled: boolean;
  planVersion: number;
  account: {
    objectId?: string;
    upn: string;
    isSynced: boolean;
    isFederated: boolean;
    wasEnabledBefore: boolean;
    isPrivileged: boolean;
    isLastGlobalAdmin: boolean;
    hasMailbox: boolean;
  };
  steps: Record<RemediationStepId, StepFacts>;
  artifacts: {
    id: string;
    kind: ArtifactKind;
    name: string;
    state: "active" | "disabled" | "deleted" | "unknown";
    byAttacker: boolean;
  }[];
  /** How many tagged phish exist, and copies not yet moved. */
  phish: { tagged: number; open: number };
  passwordProof?: "set-by-petra" | "read-back" | "attested";
};

export type StepView = {
  id: RemediationStepId;
  label: string;
  description: string;
  state: StepState;
  allowed: boolean;
  /** Sentence for the person when not allowed. */
  blockedBecause?: string;
};
