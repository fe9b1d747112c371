import { bigint, boolean, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { Actor } from "#domain/access/actor.ts";
import { at, bytea } from "./organization.ts";

/** Append-only: the roles hold INSERT and SELECT, nothing else. */
export const audit = pgTable(
  "audit",
  {
    seq: bigint("seq", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id"),
    incidentId: uuid("incident_id"),
    at: at("at").notNull(),
    actor: jsonb("actor").$type<Actor>().notNull(),
    /** verb.object, e.g. `incident.publish`, `action.accepted`, `analyst.look` */
    action: text("action").notNull(),
    object: text("object"),
    detail: jsonb("detail").$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [index("audit_org").on(t.orgId, t.at), index("audit_incident").on(t.incidentId, t.seq)],
);

export const notificationMethods = pgTable("notification_methods", {
  id: uuid("id").primaryKey().defaultRandom(),
  orgId: uuid("org_id").notNull(),
  /** null = for every tenant of the organization */
  tenantId: uuid("tenant_id"),
  kind: text("kind", { enum: ["email"] }).notNull(),
  address: text("address").notNull(),
  isEnabled: boolean("is_enabled").notNull().default(true),
  createdAt: at("created_at").notNull(),
});

/** Outbox: at least once, one row per (key). Written in the transaction of what it tells about. */
export const outbox = pgTable(
  "outbox",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id"),
    incidentId: uuid("incident_id"),
    key: text("key").notNull(),
    channel: text("channel", { enum: ["email"] }).notNull(),
    recipient: text("recipient").notNull(),
    subject: text("subject").notNull(),
    text: text("text").notNull(),
    html: text("html").notNull(),
    state: text("state", { enum: ["waiting", "sent", "failed"] })
      .notNull()
      .default("waiting"),
    attempts: integer("attempts").notNull().default(0),
    nextAt: at("next_at").notNull(),
    sentAt: at("sent_at"),
    error: text("error"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [uniqueIndex("outbox_key").on(t.orgId, t.key), index("outbox_waiting").on(t.state, t.nextAt)],
);

/** Data keys of the payload codec, one per tenant, wrapped by the master key (D28). tenant_id null = installation key. Read and written as SQL (db/repos/keys.ts). @public */
export const dataKeys = pgTable(
  "data_keys",
  {
    keyId: text("key_id").primaryKey(),
    orgId: uuid("org_id"),
    tenantId: uuid("tenant_id"),
    wrapped: bytea("wrapped").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [index("data_keys_tenant").on(t.tenantId)],
);
