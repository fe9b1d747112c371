import type { Actor, MemberRole } from "#domain/access/actor.ts";
import type { CommandKind, CommandState } from "#domain/command/command.ts";
import type { EventCategory, NetworkKind } from "#domain/event/event.ts";
import type { ArtifactKind, Evidence, IncidentKind, RowVerdict, Severity } from "#domain/incident/analysis.ts";
import type { IncidentStatus } from "#domain/incident/state.ts";
import type { ApprovalEnd } from "#domain/policy/document.ts";
import type {
  ActionKind,
  ActionState,
  AuthorityAnswer,
  RemediationStepId,
  StepState,
} from "#domain/remediation/steps.ts";
import type { Capability, TenantPhase, TenantProduct } from "#domain/tenant/phases.ts";
import type { ClaimView, DecisionView, QuestionView } from "#domain/view/policy.ts";

/** What the API answers and the portal draws. Times are ISO 8601 UTC strings; text from logs is raw (the portal shows it through show()). */
export type ViewerView = {
  memberId: string;
  name: string;
  email: string;
  role: MemberRole | "analyst";
  org: { id: string; name: string } | null;
  may: {
    remediate: boolean;
    manageTenants: boolean;
    publish: boolean;
    approve: boolean;
    seeUsage: boolean;
    seePolicy: boolean;
    runDrills: boolean;
  };
  /** Set while a kill switch is on; `tenants` names the only ones that are stopped, empty = all of the organization. */
  killSwitch: { by: string; since: string; tenants: { id: string; name: string }[] } | null;
  isDemo: boolean;
  /** Where ops look at executions; null when the viewer may not. */
  temporalUiUrl: string | null;
};

export type TenantRow = {
  id: string;
  shortId: string;
  microsoftTenantId: string | null;
  name: string;
  phase: TenantPhase;
  product: TenantProduct;
  isScanOnly: boolean;
  responseEnabled: boolean;
  isSensitive: boolean;
  isDrill: boolean;
  /** 0..1 while scanning */
  scanProgress: number | null;
  trialEndsAt: string | null;
  baselineEndsAt: string | null;
  pausedAt: string | null;
  pausedReason: string | null;
  accessLostReason: string | null;
  users: number;
  incidents30d: number;
  openIncidents: number;
  lastEventAt: string | null;
  coverage: {
    source: string;
    state: "ok" | "late" | "partial" | "blind" | "waiting";
    delaySeconds: number | null;
    reason: string | null;
  }[];
  capabilities: Capability[];
  hasNotificationMethod: boolean;
};

export type IncidentCard = {
  id: string;
  number: number;
  tenant: { id: string; name: string; isDrill: boolean };
  account: { id: string; upn: string; displayName: string | null };
  kind: IncidentKind;
  severity: Severity;
  confidence: number;
  headline: string;
  status: IncidentStatus;
  isPublished: boolean;
  responseEnabled: boolean;
  contained: boolean;
  notContained: boolean;
  occurredAt: string;
  detectedAt: string;
  containedAt: string | null;
  remediatedAt: string | null;
  /** "Publish Incident", "Disable Persistence Mechanisms (2)", "Waiting for approval" … */
  nextAction: string | null;
  stepsDone: number;
};

export type HomeView = {
  /** One sentence that answers "do I have to get up". */
  sentence: string;
  second: string | null;
  badge30d: number;
  active: IncidentCard[];
  tenants: TenantRow[];
};

export type StepPanelItem = {
  id: RemediationStepId;
  number: number;
  label: string;
  description: string;
  state: StepState;
  authority: AuthorityAnswer | null;
  /** Why it was asked, automatic or left to people; null before the first plan. */
  decision: DecisionView | null;
  allowed: boolean;
  blockedBecause: string | null;
  askedAt: string | null;
  acceptedAt: string | null;
  verifiedAt: string | null;
  residualUntil: string | null;
  actor: Actor | null;
  reason: string | null;
  progress: { done: number; total: number } | null;
  actions: ActionView[];
};

export type ActionView = {
  id: string;
  stepId: RemediationStepId;
  kind: ActionKind;
  targetLabel: string;
  state: ActionState;
  acceptedAt: string | null;
  verifiedAt: string | null;
  undoneAt: string | null;
  isUndoable: boolean;
  error: string | null;
  requestIds: string[];
};

export type ArtifactView = {
  id: string;
  kind: ArtifactKind;
  name: string;
  mailbox: string | null;
  state: "active" | "disabled" | "deleted" | "unknown";
  byAttacker: boolean;
  why: string;
  effect: string;
  /** Buttons that make sense for this kind: an inbox rule has both. */
  offers: ("disable" | "delete")[];
  undoNote: string;
};

export type PhishView = {
  id: string;
  internetMessageId: string;
  subject: string | null;
  sender: string | null;
  direction: "received" | "sent-by-attacker";
  taggedBy: Actor;
  taggedAt: string;
  copies: {
    mailbox: string;
    folder: string | null;
    state: "found" | "moved" | "failed" | "restored" | "gone";
    error: string | null;
  }[];
};

export type CommandView = {
  id: string;
  kind: CommandKind;
  state: CommandState;
  reason: string | null;
  actor: Actor;
  issuedAt: string;
  acceptedAt: string | null;
  finishedAt: string | null;
  result: Record<string, unknown> | null;
  /** The step it is about, where the order names one. */
  step: RemediationStepId | null;
};

export type TimelineRow = {
  at: string;
  category: EventCategory | "petra";
  verdict: RowVerdict | "petra" | "notable";
  text: string;
  source: string | null;
  recordIds: string[];
  count: number;
};

export type IncidentView = IncidentCard & {
  story: string;
  note: string | null;
  /** An analyst marked it as worth attention. */
  notable: { at: string; by: Actor; reason: string } | null;
  /** What analysts asked the MSP. */
  questions: QuestionView[];
  planVersion: number;
  identity: {
    objectId: string | null;
    upn: string;
    mail: string | null;
    displayName: string | null;
    jobTitle: string | null;
    accountEnabled: boolean | null;
    isSynced: boolean;
    isLicensed: boolean;
    roles: string[];
    lastPasswordChangeAt: string | null;
  };
  clock: {
    firstAttackerAt: string;
    lastAttackerAt: string;
    detectedAt: string;
    availableAt: string | null;
    ingestedAt: string | null;
    lockAcceptedAt: string | null;
    containedAt: string | null;
    residualUntil: string | null;
  };
  notContainedReason: string | null;
  why: { for: Evidence[]; against: Evidence[]; notVisible: string[] };
  signals: { detection: string; title: string; reason: string; at: string; recordIds: string[]; attack: string[] }[];
  attacker: { ips: string[]; asns: string[]; userAgents: string[]; sessions: string[]; apps: string[] };
  impact: { accessed: number; sent: number; modified: number; deleted: number; accessSeconds: number };
  timeline: TimelineRow[];
  steps: StepPanelItem[];
  artifacts: ArtifactView[];
  phish: PhishView[];
  commands: CommandView[];
  audit: { at: string; actor: Actor; action: string; text: string }[];
  notifications: { channel: string; recipient: string; state: string; sentAt: string | null }[];
  password: { secretId: string; expiresAt: string; forMemberId: string } | null;
  linked: { id: string; number: number; reason: string } | null;
  hint: string | null;
  /** What closing asks a reason for (`openThings` of domain/incident/order.ts): the key goes into `reasons`. */
  openThings: { key: string; text: string }[];
};

export type EventRow = {
  recordId: string;
  at: string;
  category: EventCategory;
  operation: string;
  what: string;
  outcome: string;
  ip: string | null;
  network: { asn: number | null; org: string | null; country: string | null; kind: NetworkKind };
  userAgent: string | null;
  appName: string | null;
  upn: string | null;
  subject: string | null;
  sender: string | null;
  internetMessageId: string | null;
  verdict: RowVerdict | null;
  verdictReason: string | null;
  isPhish: boolean;
};
export type EventPage = { rows: EventRow[]; nextCursor: string | null; total: number };

export type ScanView = {
  id: string;
  tenant: { id: string; name: string };
  kind: "scan" | "autopsy";
  state: "queued" | "running" | "complete" | "failed";
  from: string;
  to: string;
  startedAt: string | null;
  completedAt: string | null;
  progress: number;
  records: number;
  recordsPerSecond: number | null;
  estimateSeconds: number | null;
  /** One cell a source and window. */
  cells: {
    source: string;
    windowStart: string;
    windowEnd: string;
    state: "waiting" | "running" | "done" | "failed" | "not-recorded";
    records: number;
    reason: string | null;
  }[];
  blindSpots: string[];
  findings: IncidentCard[];
  targetedAccounts: { upn: string; attempts: number; countries: string[] }[];
};

export type QueueItem = {
  incident: IncidentCard;
  org: { id: string; name: string; isStopped: boolean };
  step: RemediationStepId;
  /** Why it waits for a person. */
  reason: string;
  since: string;
  wouldHappen: string[];
  evidence: Evidence[];
  against: Evidence[];
  policyVersion: string | null;
  /** How many different people must agree, and who has (member ids). */
  needs: 1 | 2;
  agreed: string[];
  /** When its time is over, and what happens then; null = it waits. */
  dueAt: string | null;
  otherwise: ApprovalEnd | null;
  /** When it was passed on to the MSP because nobody had answered. */
  escalatedAt: string | null;
  /** Shadow mode: what Petra would have done; there is nothing to decide. */
  would: "auto" | "ask" | "two" | null;
  claim: ClaimView | null;
  questions: QuestionView[];
};

export type AddTenantResult = {
  tenantId: string;
  shortId: string;
  /** Where the operator approves by himself. */
  consentUrl: string;
  /** What is mailed to the tenant's Global Administrator. */
  approvalLink: string;
};

/** The sign-in of a partner's administrator, as members see it. */
export type PartnerSignInView = {
  upn: string;
  signedInAt: string;
  lostAt: string | null;
  lostReason: string | null;
};

export type PartnerCustomer = {
  microsoftTenantId: string;
  name: string;
  gdap: "ready" | "missing";
  gdapUntil: string | null;
  petraStatus: "Monitoring" | "Paused" | "Previously Deleted" | "Not Protected" | "Scanning";
  tenantId: string | null;
  isLegacy: boolean;
  emailPermission: boolean;
};
