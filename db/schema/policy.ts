import { boolean, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { Actor } from "#domain/access/actor.ts";
import { CAPABILITIES } from "#domain/access/may.ts";
import type { SecondWordPayload } from "#domain/access/second-word.ts";
import type { PolicyOverride } from "#domain/policy/document.ts";
import { EXCEPTION_KINDS } from "#domain/policy/exception.ts";
import { REMEDIATION_STEP_IDS } from "#domain/remediation/steps.ts";
import { at } from "./organization.ts";

/** Policy versions: only ever added to, the highest of an organization or tenant holds. */
export const policies = pgTable(
  "policies",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    orgId: uuid("org_id").notNull(),
    /** null = for every tenant of the organization */
    tenantId: uuid("tenant_id"),
    version: integer("version").notNull(),
    document: jsonb("document").$type<PolicyOverride>().notNull(),
    by: jsonb("by").$type<Actor>().notNull(),
    reason: text("reason").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [unique("policies_version").on(t.orgId, t.tenantId, t.version).nullsNotDistinct()],
);

/** One row per organization, and per tenant, that was ever stopped; history is the audit. */
export const killSwitches = pgTable(
  "kill_switches",
  {
    orgId: uuid("org_id").notNull(),
    /** null = every tenant of the organization */
    tenantId: uuid("tenant_id"),
    isOn: boolean("is_on").notNull(),
    by: jsonb("by").$type<Actor>().notNull(),
    reason: text("reason"),
    at: at("at").notNull(),
  },
  (t) => [unique("kill_switches_place").on(t.orgId, t.tenantId).nullsNotDistinct()],
);

export const policyExceptions = pgTable(
  "policy_exceptions",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    kind: text("kind", { enum: EXCEPTION_KINDS }).notNull(),
    accountObjectId: uuid("account_object_id").notNull(),
    accountName: text("account_name").notNull(),
    countries: jsonb("countries").$type<string[]>().notNull(),
    addresses: jsonb("addresses").$type<string[]>().notNull(),
    startsAt: at("starts_at").notNull(),
    endsAt: at("ends_at").notNull(),
    reason: text("reason").notNull(),
    by: jsonb("by").$type<Actor>().notNull(),
    createdAt: at("created_at").notNull(),
    endedBy: jsonb("ended_by").$type<Actor>(),
    endedAt: at("ended_at"),
  },
  (t) => [index("policy_exceptions_tenant").on(t.tenantId, t.endsAt)],
);

/** A word for a step that needs two people (D19): one row per order, counted per person. */
export const approvals = pgTable(
  "approvals",
  {
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    incidentId: uuid("incident_id").notNull(),
    stepId: text("step_id", { enum: REMEDIATION_STEP_IDS }).notNull(),
    planVersion: integer("plan_version").notNull(),
    memberId: uuid("member_id").notNull(),
    by: jsonb("by").$type<Actor>().notNull(),
    commandId: uuid("command_id").notNull(),
    at: at("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.incidentId, t.stepId, t.commandId] })],
);

/** What takes protection away and waits for a second person (S14, S45): the deed word for word, so that what he saw happens. */
export const secondWords = pgTable(
  "second_words",
  {
    /** Of a command: its id. */
    id: uuid("id").primaryKey(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id"),
    incidentId: uuid("incident_id"),
    /** What both people must be allowed to do. */
    capability: text("capability", { enum: CAPABILITIES }).notNull(),
    payload: jsonb("payload").$type<SecondWordPayload>().notNull(),
    what: text("what").notNull(),
    reason: text("reason").notNull(),
    by: jsonb("by").$type<Actor>().notNull(),
    memberId: uuid("member_id").notNull(),
    askedAt: at("asked_at").notNull(),
    expiresAt: at("expires_at").notNull(),
    state: text("state", { enum: ["waiting", "agreed", "refused", "expired"] }).notNull(),
    decidedBy: jsonb("decided_by").$type<Actor>(),
    decidedAt: at("decided_at"),
  },
  (t) => [index("second_words_org").on(t.orgId, t.state)],
);

/** Which analyst has taken a waiting decision in hand. */
export const queueClaims = pgTable(
  "queue_claims",
  {
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    incidentId: uuid("incident_id").notNull(),
    memberId: uuid("member_id").notNull(),
    name: text("name").notNull(),
    at: at("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.incidentId] })],
);

/** What an analyst asked the MSP about an incident, and the answer. */
export const mspQuestions = pgTable(
  "msp_questions",
  {
    /** The id of the order that asked it: asked twice is asked once. */
    id: uuid("id").primaryKey(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    incidentId: uuid("incident_id").notNull(),
    question: text("question").notNull(),
    by: jsonb("by").$type<Actor>().notNull(),
    askedAt: at("asked_at").notNull(),
    answer: text("answer"),
    answeredBy: jsonb("answered_by").$type<Actor>(),
    answeredAt: at("answered_at"),
  },
  (t) => [index("msp_questions_incident").on(t.incidentId, t.askedAt)],
);
