import { z } from "@hono/zod-openapi";
import { EVENT_CATEGORIES, NETWORK_KINDS } from "#domain/event/event.ts";
import { ARTIFACT_KINDS, INCIDENT_KINDS, SEVERITIES } from "#domain/incident/analysis.ts";
import { INCIDENT_STATUSES } from "#domain/incident/state.ts";
import { APPROVAL_ENDS } from "#domain/policy/document.ts";
import {
  ACTION_KINDS,
  ACTION_STATES,
  AUTHORITY_ANSWERS,
  REMEDIATION_STEP_IDS,
  STEP_STATES,
} from "#domain/remediation/steps.ts";
import type { EventPage, HomeView, IncidentCard, IncidentView, QueueItem, ScanView } from "#domain/view/portal.ts";
import { actorSchema, commandSchema, id, optionalText, time } from "./parts.ts";
import { claimSchema, decisionSchema, questionSchema } from "./policy.ts";
import { tenantSchema } from "./tenant.ts";

const named = z.object({ id, name: z.string() });
const texts = z.array(z.string());
const maybeTime = time.nullable();
const evidence = z.object({ text: z.string(), weight: z.number().exactOptional(), recordIds: texts });
const verdict = z.enum(["attacker", "owner", "unclear"]);

const cardShape = {
  id,
  number: z.int(),
  tenant: named.extend({ isDrill: z.boolean() }),
  account: z.object({ id, upn: z.string(), displayName: optionalText }),
  kind: z.enum(INCIDENT_KINDS),
  severity: z.enum(SEVERITIES),
  confidence: z.number(),
  headline: z.string(),
  status: z.enum(INCIDENT_STATUSES),
  isPublished: z.boolean(),
  responseEnabled: z.boolean(),
  contained: z.boolean(),
  notContained: z.boolean(),
  occurredAt: time,
  detectedAt: time,
  containedAt: maybeTime,
  remediatedAt: maybeTime,
  nextAction: optionalText,
  stepsDone: z.int(),
};
export const incidentCardSchema = z.object(cardShape).openapi("IncidentCard") satisfies z.ZodType<IncidentCard>;

export const homeSchema = z
  .object({
    sentence: z.string(),
    second: optionalText,
    badge30d: z.int(),
    active: z.array(incidentCardSchema),
    tenants: z.array(tenantSchema),
  })
  .openapi("Home") satisfies z.ZodType<HomeView>;

const actionView = z.object({
  id,
  stepId: z.enum(REMEDIATION_STEP_IDS),
  kind: z.enum(ACTION_KINDS),
  targetLabel: z.string(),
  state: z.enum(ACTION_STATES),
  acceptedAt: maybeTime,
  verifiedAt: maybeTime,
  undoneAt: maybeTime,
  isUndoable: z.boolean(),
  error: optionalText,
  requestIds: texts,
});

const stepItem = z.object({
  id: z.enum(REMEDIATION_STEP_IDS),
  number: z.int(),
  label: z.string(),
  description: z.string(),
  state: z.enum(STEP_STATES),
  authority: z.enum(AUTHORITY_ANSWERS).nullable(),
  decision: decisionSchema.nullable(),
  allowed: z.boolean(),
  blockedBecause: optionalText,
  askedAt: maybeTime,
  acceptedAt: maybeTime,
  verifiedAt: maybeTime,
  residualUntil: maybeTime,
  actor: actorSchema.nullable(),
  reason: optionalText,
  progress: z.object({ done: z.int(), total: z.int() }).nullable(),
  actions: z.array(actionView),
});

const artifactView = z.object({
  id,
  kind: z.enum(ARTIFACT_KINDS),
  name: z.string(),
  mailbox: optionalText,
  state: z.enum(["active", "disabled", "deleted", "unknown"]),
  byAttacker: z.boolean(),
  why: z.string(),
  effect: z.string(),
  offers: z.array(z.enum(["disable", "delete"])),
  undoNote: z.string(),
});

const phishView = z.object({
  id,
  internetMessageId: z.string(),
  subject: optionalText,
  sender: optionalText,
  direction: z.enum(["received", "sent-by-attacker"]),
  taggedBy: actorSchema,
  taggedAt: time,
  copies: z.array(
    z.object({
      mailbox: z.string(),
      folder: optionalText,
      state: z.enum(["found", "moved", "failed", "restored", "gone"]),
      error: optionalText,
    }),
  ),
});

export const incidentSchema = z
  .object({
    ...cardShape,
    story: z.string(),
    note: optionalText,
    notable: z.object({ at: time, by: actorSchema, reason: z.string() }).nullable(),
    questions: z.array(questionSchema),
    planVersion: z.int(),
    identity: z.object({
      objectId: optionalText,
      upn: z.string(),
      mail: optionalText,
      displayName: optionalText,
      jobTitle: optionalText,
      accountEnabled: z.boolean().nullable(),
      isSynced: z.boolean(),
      isLicensed: z.boolean(),
      roles: texts,
      lastPasswordChangeAt: maybeTime,
    }),
    clock: z.object({
      firstAttackerAt: time,
      lastAttackerAt: time,
      detectedAt: time,
      availableAt: maybeTime,
      ingestedAt: maybeTime,
      lockAcceptedAt: maybeTime,
      containedAt: maybeTime,
      residualUntil: maybeTime,
    }),
    notContainedReason: optionalText,
    why: z.object({ for: z.array(evidence), against: z.array(evidence), notVisible: texts }),
    signals: z.array(
      z.object({
        detection: z.string(),
        title: z.string(),
        reason: z.string(),
        at: time,
        recordIds: texts,
        attack: texts,
      }),
    ),
    attacker: z.object({ ips: texts, asns: texts, userAgents: texts, sessions: texts, apps: texts }),
    impact: z.object({
      accessed: z.int(),
      sent: z.int(),
      modified: z.int(),
      deleted: z.int(),
      accessSeconds: z.number(),
    }),
    timeline: z.array(
      z.object({
        at: time,
        category: z.enum([...EVENT_CATEGORIES, "petra"]),
        verdict: z.enum(["attacker", "owner", "unclear", "petra", "notable"]),
        text: z.string(),
        source: optionalText,
        recordIds: texts,
        count: z.int(),
      }),
    ),
    steps: z.array(stepItem),
    artifacts: z.array(artifactView),
    phish: z.array(phishView),
    commands: z.array(commandSchema),
    audit: z.array(z.object({ at: time, actor: actorSchema, action: z.string(), text: z.string() })),
    notifications: z.array(
      z.object({ channel: z.string(), recipient: z.string(), state: z.string(), sentAt: maybeTime }),
    ),
    password: z.object({ secretId: id, expiresAt: time, forMemberId: id }).nullable(),
    linked: z.object({ id, number: z.int(), reason: z.string() }).nullable(),
    hint: optionalText,
    openThings: z.array(z.object({ key: z.string(), text: z.string() })),
  })
  .openapi("Incident") satisfies z.ZodType<IncidentView>;

export const eventRowSchema = z.object({
  recordId: z.string(),
  at: time,
  category: z.enum(EVENT_CATEGORIES),
  operation: z.string(),
  what: z.string(),
  outcome: z.string(),
  ip: optionalText,
  network: z.object({
    asn: z.int().nullable(),
    org: optionalText,
    country: optionalText,
    kind: z.enum(NETWORK_KINDS),
  }),
  userAgent: optionalText,
  appName: optionalText,
  upn: optionalText,
  subject: optionalText,
  sender: optionalText,
  internetMessageId: optionalText,
  verdict: verdict.nullable(),
  verdictReason: optionalText,
  isPhish: z.boolean(),
});

export const eventPageSchema = z
  .object({
    rows: z.array(eventRowSchema),
    nextCursor: optionalText,
    total: z.int(),
  })
  .openapi("EventPage") satisfies z.ZodType<EventPage>;

export const scanSchema = z
  .object({
    id,
    tenant: named,
    kind: z.enum(["scan", "autopsy"]),
    state: z.enum(["queued", "running", "complete", "failed"]),
    from: time,
    to: time,
    startedAt: maybeTime,
    completedAt: maybeTime,
    progress: z.number(),
    records: z.int(),
    recordsPerSecond: z.number().nullable(),
    estimateSeconds: z.number().nullable(),
    cells: z.array(
      z.object({
        source: z.string(),
        windowStart: time,
        windowEnd: time,
        state: z.enum(["waiting", "running", "done", "failed", "not-recorded"]),
        records: z.int(),
        reason: optionalText,
      }),
    ),
    blindSpots: texts,
    findings: z.array(incidentCardSchema),
    targetedAccounts: z.array(z.object({ upn: z.string(), attempts: z.int(), countries: texts })),
  })
  .openapi("Scan") satisfies z.ZodType<ScanView>;

export const queueItemSchema = z
  .object({
    incident: incidentCardSchema,
    org: named.extend({ isStopped: z.boolean() }),
    step: z.enum(REMEDIATION_STEP_IDS),
    reason: z.string(),
    since: time,
    wouldHappen: texts,
    evidence: z.array(evidence),
    against: z.array(evidence),
    policyVersion: optionalText,
    needs: z.union([z.literal(1), z.literal(2)]),
    agreed: z.array(z.string()),
    dueAt: maybeTime,
    otherwise: z.enum(APPROVAL_ENDS).nullable(),
    escalatedAt: maybeTime,
    would: z.enum(["auto", "ask", "two"]).nullable(),
    claim: claimSchema.nullable(),
    questions: z.array(questionSchema),
  })
  .openapi("QueueItem") satisfies z.ZodType<QueueItem>;
