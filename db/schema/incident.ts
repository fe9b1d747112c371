import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { Actor } from "#domain/access/actor.ts";
import type { CommandInput } from "#domain/command/command.ts";
import { COMMAND_KINDS, COMMAND_STATES } from "#domain/command/command.ts";
import type { IncidentDraft } from "#domain/incident/analysis.ts";
import { ARTIFACT_KINDS, INCIDENT_KINDS, SEVERITIES } from "#domain/incident/analysis.ts";
import { INCIDENT_STATUSES } from "#domain/incident/state.ts";
import type { StepDecision } from "#domain/policy/decision.ts";
import {
  ACTION_KINDS,
  ACTION_STATES,
  AUTHORITY_ANSWERS,
  REMEDIATION_STEP_IDS,
  STEP_STATES,
} from "#domain/remediation/steps.ts";
import { at, bytea } from "./organization.ts";

const tenantColumns = () => ({ orgId: uuid("org_id").notNull(), tenantId: uuid("tenant_id").notNull() });

export const incidents = pgTable(
  "incidents",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    ...tenantColumns(),
    /** Readable number, one count per organization. */
    number: integer("number").notNull(),
    accountId: uuid("account_id").notNull(),
    draftKey: text("draft_key").notNull(),
    kind: text("kind", { enum: INCIDENT_KINDS }).notNull(),
    severity: text("severity", { enum: SEVERITIES }).notNull(),
    confidence: doublePrecision("confidence").notNull(),
    headline: text("headline").notNull(),
    story: text("story").notNull(),
    status: text("status", { enum: INCIDENT_STATUSES }).notNull().default("open"),
    publishedAt: at("published_at"),
    publishedBy: jsonb("published_by").$type<Actor>(),
    /** Response was on when it was detected, or a person answered "also act on N open incidents" (D6). */
    responseActs: boolean("response_acts").notNull().default(false),
    occurredAt: at("occurred_at").notNull(),
    lastAttackerAt: at("last_attacker_at").notNull(),
    detectableAt: at("detectable_at").notNull(),
    availableAt: at("available_at"),
    ingestedAt: at("ingested_at"),
    detectedAt: at("detected_at").notNull(),
    lockAcceptedAt: at("lock_accepted_at"),
    /** step 1 verified (D1) */
    containedAt: at("contained_at"),
    /** true when a verified lock was found open again, or step 1 could not be verified */
    notContained: boolean("not_contained").notNull().default(false),
    notContainedReason: text("not_contained_reason"),
    residualUntil: at("residual_until"),
    remediatedAt: at("remediated_at"),
    remediatedBy: jsonb("remediated_by").$type<Actor>(),
    dismissedAt: at("dismissed_at"),
    dismissedReason: text("dismissed_reason"),
    linkedIncidentId: uuid("linked_incident_id"),
    linkReason: text("link_reason"),
    /** Threat Overview note */
    note: text("note"),
    /** A past compromise an analyst marked as worth attention. */
    notable: jsonb("notable").$type<{ at: string; by: Actor; reason: string }>(),
    planVersion: integer("plan_version").notNull().default(1),
    passwordProof: text("password_proof", { enum: ["set-by-petra", "read-back", "attested"] }),
    /** Account as it was before the first write (for re-enable and undo). */
    accountBefore: jsonb("account_before").$type<Record<string, unknown>>(),
    /** The engine's last view: attacker handles, evidence lists, phish. */
    draft: jsonb("draft").$type<IncidentDraft>().notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("incidents_open_account").on(t.orgId, t.tenantId, t.accountId).where(sql`status = 'open'`),
    uniqueIndex("incidents_org_number").on(t.orgId, t.number),
    index("incidents_tenant").on(t.tenantId, t.detectedAt),
  ],
);

export const detectionSignals = pgTable(
  "detection_signals",
  {
    ...tenantColumns(),
    incidentId: uuid("incident_id").notNull(),
    dedupKey: text("dedup_key").notNull(),
    detection: text("detection").notNull(),
    title: text("title").notNull(),
    reason: text("reason").notNull(),
    at: at("at").notNull(),
    weight: doublePrecision("weight").notNull(),
    attack: jsonb("attack").$type<string[]>().notNull(),
    recordIds: jsonb("record_ids").$type<string[]>().notNull(),
    availableAt: at("available_at"),
    ingestedAt: at("ingested_at"),
    detectedAt: at("detected_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.incidentId, t.dedupKey] })],
);

export const incidentRows = pgTable(
  "incident_rows",
  {
    ...tenantColumns(),
    incidentId: uuid("incident_id").notNull(),
    recordId: text("record_id").notNull(),
    verdict: text("verdict", { enum: ["attacker", "owner", "unclear"] }).notNull(),
    reason: text("reason").notNull(),
  },
  (t) => [primaryKey({ columns: [t.incidentId, t.recordId] })],
);

export const artifacts = pgTable(
  "artifacts",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    ...tenantColumns(),
    incidentId: uuid("incident_id").notNull(),
    kind: text("kind", { enum: ARTIFACT_KINDS }).notNull(),
    /** kind + Microsoft's id (or name + mailbox where none is known) */
    key: text("key").notNull(),
    name: text("name").notNull(),
    objectId: text("object_id"),
    mailboxObjectId: text("mailbox_object_id"),
    mailbox: text("mailbox"),
    state: text("state", { enum: ["active", "disabled", "deleted", "unknown"] }).notNull(),
    byAttacker: boolean("by_attacker").notNull(),
    why: text("why").notNull(),
    effect: text("effect").notNull(),
    recordId: text("record_id"),
    detail: jsonb("detail").$type<Record<string, string>>().notNull(),
    lastReadAt: at("last_read_at"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [uniqueIndex("artifacts_incident_key").on(t.orgId, t.incidentId, t.key)],
);

export const phishMessages = pgTable(
  "phish_messages",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    ...tenantColumns(),
    incidentId: uuid("incident_id").notNull(),
    internetMessageId: text("internet_message_id").notNull(),
    subject: text("subject"),
    sender: text("sender"),
    direction: text("direction", { enum: ["received", "sent-by-attacker"] }).notNull(),
    taggedBy: jsonb("tagged_by").$type<Actor>().notNull(),
    taggedAt: at("tagged_at").notNull(),
    untaggedAt: at("untagged_at"),
  },
  (t) => [uniqueIndex("phish_messages_incident_id").on(t.orgId, t.incidentId, t.internetMessageId)],
);

/** One copy of a tagged phish in one mailbox. */
export const phishCopies = pgTable(
  "phish_copies",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    ...tenantColumns(),
    incidentId: uuid("incident_id").notNull(),
    phishId: uuid("phish_id").notNull(),
    mailboxObjectId: text("mailbox_object_id").notNull(),
    mailbox: text("mailbox").notNull(),
    messageId: text("message_id").notNull(),
    folder: text("folder"),
    state: text("state", { enum: ["found", "moved", "failed", "restored", "gone"] }).notNull(),
    movedMessageId: text("moved_message_id"),
    error: text("error"),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [uniqueIndex("phish_copies_mailbox").on(t.orgId, t.phishId, t.mailboxObjectId, t.messageId)],
);

export const incidentSteps = pgTable(
  "incident_steps",
  {
    ...tenantColumns(),
    incidentId: uuid("incident_id").notNull(),
    stepId: text("step_id", { enum: REMEDIATION_STEP_IDS }).notNull(),
    state: text("state", { enum: STEP_STATES }).notNull(),
    authority: text("authority", { enum: AUTHORITY_ANSWERS }),
    policyVersion: text("policy_version"),
    /** Why it was asked, automatic or left to people, as last decided. */
    decision: jsonb("decision").$type<StepDecision>(),
    askedAt: at("asked_at"),
    acceptedAt: at("accepted_at"),
    verifiedAt: at("verified_at"),
    doneAt: at("done_at"),
    residualUntil: at("residual_until"),
    actor: jsonb("actor").$type<Actor>(),
    /** Skip, refusal, failure or not-applicable reason in words. */
    reason: text("reason"),
    progress: jsonb("progress").$type<{ done: number; total: number }>(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.incidentId, t.stepId] })],
);

/** The action ledger (D11): one row per write to Microsoft. */
export const actions = pgTable(
  "actions",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    ...tenantColumns(),
    /** What it belongs to: an incident, or a phish retracted over tenants. */
    incidentId: uuid("incident_id"),
    phishId: uuid("phish_id"),
    stepId: text("step_id", { enum: REMEDIATION_STEP_IDS }).notNull(),
    kind: text("kind", { enum: ACTION_KINDS }).notNull(),
    /** command or plan version + step + kind + target: a second attempt finds this row */
    idempotencyKey: text("idempotency_key").notNull(),
    targetId: text("target_id").notNull(),
    targetLabel: text("target_label").notNull(),
    artifactId: uuid("artifact_id"),
    state: text("state", { enum: ACTION_STATES }).notNull(),
    before: jsonb("before").$type<Record<string, unknown>>(),
    after: jsonb("after").$type<Record<string, unknown>>(),
    requestIds: jsonb("request_ids").$type<string[]>().notNull().default([]),
    actor: jsonb("actor").$type<Actor>().notNull(),
    commandId: text("command_id"),
    planVersion: integer("plan_version").notNull(),
    policyVersion: text("policy_version").notNull(),
    isUndoable: boolean("is_undoable").notNull().default(false),
    undoneBy: uuid("undone_by"),
    plannedAt: at("planned_at").notNull(),
    sentAt: at("sent_at"),
    acceptedAt: at("accepted_at"),
    verifiedAt: at("verified_at"),
    undoneAt: at("undone_at"),
    error: text("error"),
    /** The attempt that may send this write, and until when by the database's own clock: others wait or take over then. */
    claimedBy: uuid("claimed_by"),
    claimedUntil: at("claimed_until"),
  },
  (t) => [
    uniqueIndex("actions_idempotency").on(t.orgId, t.incidentId, t.idempotencyKey),
    uniqueIndex("actions_phish_idempotency")
      .on(t.orgId, t.tenantId, t.phishId, t.idempotencyKey)
      .where(sql`phish_id is not null`),
    check("actions_one_cause", sql`(incident_id is null) <> (phish_id is null)`),
    index("actions_incident").on(t.incidentId, t.plannedAt),
    index("actions_locks").on(t.sentAt).where(sql`kind = 'disable-account'`),
  ],
);

export const commands = pgTable(
  "commands",
  {
    /** Made by the browser when the button is drawn; also the idempotency key (D15). */
    id: uuid("id").primaryKey(),
    ...tenantColumns(),
    /** null for tenant commands */
    incidentId: uuid("incident_id"),
    /** The phish it is about, for orders about mail in one tenant. */
    phishId: uuid("phish_id"),
    /** The one decision over many incidents or tenants that it belongs to. */
    manyId: uuid("many_id"),
    kind: text("kind", { enum: COMMAND_KINDS }).notNull(),
    input: jsonb("input").$type<CommandInput>().notNull(),
    actor: jsonb("actor").$type<Actor>().notNull(),
    planVersion: integer("plan_version"),
    state: text("state", { enum: COMMAND_STATES }).notNull(),
    reason: text("reason"),
    issuedAt: at("issued_at").notNull(),
    expiresAt: at("expires_at"),
    /** last time the bell (Signal) was rung */
    signalledAt: at("signalled_at"),
    acceptedAt: at("accepted_at"),
    finishedAt: at("finished_at"),
    result: jsonb("result").$type<Record<string, unknown>>(),
  },
  (t) => [
    index("commands_incident").on(t.incidentId, t.issuedAt),
    index("commands_state").on(t.state),
    index("commands_many").on(t.manyId),
    index("commands_phish").on(t.phishId),
  ],
);

export const sealedSecrets = pgTable("sealed_secrets", {
  id: uuid("id").primaryKey().defaultRandom(),
  ...tenantColumns(),
  incidentId: uuid("incident_id").notNull(),
  /** member who ordered it: only this person may reveal */
  forMemberId: uuid("for_member_id").notNull(),
  /** AES-256-GCM: iv | tag | ciphertext */
  sealed: bytea("sealed").notNull(),
  createdAt: at("created_at").notNull(),
  expiresAt: at("expires_at").notNull(),
});

/** What the collector looks at again (D13): re-checks, re-assert, 72-hour watch. */
export const watches = pgTable(
  "watches",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    ...tenantColumns(),
    incidentId: uuid("incident_id").notNull(),
    kind: text("kind", { enum: ["lock", "verify", "second-sweep", "after-close", "password", "approval"] }).notNull(),
    target: jsonb("target").$type<Record<string, unknown>>().notNull(),
    dueAt: at("due_at").notNull(),
    until: at("until").notNull(),
    everySeconds: integer("every_seconds").notNull(),
    state: text("state", { enum: ["watching", "ended"] }).notNull(),
    lastResult: text("last_result"),
    lastRunAt: at("last_run_at"),
  },
  (t) => [
    uniqueIndex("watches_incident_kind").on(t.orgId, t.incidentId, t.kind),
    index("watches_due").on(t.state, t.dueAt),
  ],
);
