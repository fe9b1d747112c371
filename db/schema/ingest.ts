import { bigint, index, inet, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { EVENT_CATEGORIES, EVENT_OUTCOMES, EVENT_SOURCES, NETWORK_KINDS } from "#domain/event/event.ts";
import type { AttackOrigin } from "#domain/incident/failed-attack.ts";
import { UNCOMMON_TYPES } from "#domain/incident/uncommon.ts";
import { at, bytea } from "./organization.ts";

/** Where each source was read up to, and how it does (L2, L18). */
export const watermarks = pgTable(
  "watermarks",
  {
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    source: text("source").notNull(),
    cursor: jsonb("cursor").$type<Record<string, unknown>>().notNull().default({}),
    state: text("state", { enum: ["ok", "late", "partial", "blind"] })
      .notNull()
      .default("ok"),
    reason: text("reason"),
    lastPolledAt: at("last_polled_at"),
    lastEventAt: at("last_event_at"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.source] })],
);

/** Raw pages as received, gzip (D25). */
export const rawPages = pgTable(
  "raw_pages",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    source: text("source").notNull(),
    /** sha-256 of the bytes: the same page read twice is stored once */
    hash: text("hash").notNull(),
    receivedAt: at("received_at").notNull(),
    records: integer("records").notNull(),
    body: bytea("body").notNull(),
  },
  (t) => [index("raw_pages_tenant").on(t.tenantId, t.source, t.receivedAt)],
);

/**
 * Partitioned by week of occurred_at (created by hand in the migration). Dedupe key:
 * (tenant_id, source, record_id, content_hash, occurred_at).
 */
export const events = pgTable(
  "events",
  {
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    tenantKey: integer("tenant_key").notNull(),
    accountKey: integer("account_key"),
    source: text("source", { enum: EVENT_SOURCES }).notNull(),
    recordId: text("record_id").notNull(),
    contentHash: text("content_hash").notNull(),
    occurredAt: at("occurred_at").notNull(),
    availableAt: at("available_at"),
    ingestedAt: at("ingested_at").notNull(),
    detectedAt: at("detected_at"),
    category: text("category", { enum: EVENT_CATEGORIES }).notNull(),
    action: text("action").notNull(),
    operation: text("operation").notNull(),
    outcome: text("outcome", { enum: EVENT_OUTCOMES }).notNull(),
    ip: inet("ip"),
    asn: integer("asn"),
    asOrg: text("as_org"),
    country: text("country"),
    networkKind: text("network_kind", { enum: NETWORK_KINDS }),
    userAgent: text("user_agent"),
    appName: text("app_name"),
    sessionId: text("session_id"),
    subject: text("subject"),
    event: jsonb("event").$type<NormalizedEvent>().notNull(),
    rawPageId: bigint("raw_page_id", { mode: "number" }),
    rawIndex: integer("raw_index"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.source, t.recordId, t.contentHash, t.occurredAt] }),
    index("events_tenant_time").on(t.tenantId, t.occurredAt),
    index("events_account_time").on(t.accountKey, t.occurredAt),
  ],
);

/** Records no code could read: kept, listed, tried again by newer code (L4). */
export const quarantine = pgTable("quarantine", {
  id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  orgId: uuid("org_id").notNull(),
  tenantId: uuid("tenant_id").notNull(),
  source: text("source").notNull(),
  rawPageId: bigint("raw_page_id", { mode: "number" }),
  rawIndex: integer("raw_index"),
  body: bytea("body").notNull(),
  reason: text("reason").notNull(),
  at: at("at").notNull(),
});

export const scans = pgTable(
  "scans",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    kind: text("kind", { enum: ["scan", "autopsy"] }).notNull(),
    state: text("state", { enum: ["queued", "running", "complete", "failed"] }).notNull(),
    fromAt: at("from_at").notNull(),
    toAt: at("to_at").notNull(),
    startedAt: at("started_at"),
    completedAt: at("completed_at"),
    blindSpots: jsonb("blind_spots").$type<string[]>().notNull().default([]),
    summary: jsonb("summary").$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [index("scans_tenant").on(t.tenantId, t.startedAt)],
);

/** Coverage ledger: a source and window of a scan or of monitoring (L2). */
export const coverage = pgTable(
  "coverage",
  {
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    scanId: uuid("scan_id").notNull(),
    source: text("source").notNull(),
    windowStart: at("window_start").notNull(),
    windowEnd: at("window_end").notNull(),
    state: text("state", { enum: ["waiting", "running", "done", "failed", "not-recorded"] }).notNull(),
    records: integer("records").notNull().default(0),
    reason: text("reason"),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.scanId, t.source, t.windowStart] }), index("coverage_tenant").on(t.tenantId)],
);

export const failedAttacks = pgTable(
  "failed_attacks",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    /** Stable over re-computation. */
    key: text("key").notNull(),
    kind: text("kind").notNull(),
    sourceIps: jsonb("source_ips").$type<string[]>().notNull(),
    countries: jsonb("countries").$type<string[]>().notNull(),
    accounts: jsonb("accounts").$type<string[]>().notNull(),
    fromAt: at("from_at").notNull(),
    toAt: at("to_at").notNull(),
    attempts: integer("attempts").notNull(),
    recordIds: jsonb("record_ids").$type<string[]>().notNull(),
    /** Addresses with most tries first; an old row may have none. */
    origins: jsonb("origins").$type<AttackOrigin[]>().notNull().default([]),
    targets: jsonb("targets").$type<{ upn: string; attempts: number }[]>().notNull().default([]),
    days: jsonb("days").$type<{ day: string; attempts: number }[]>().notNull().default([]),
    /** Families of the clients used, where a toolkit named itself. */
    tools: jsonb("tools").$type<string[]>().notNull().default([]),
  },
  (t) => [
    index("failed_attacks_tenant").on(t.tenantId, t.toAt),
    uniqueIndex("failed_attacks_key").on(t.orgId, t.tenantId, t.key),
  ],
);

export const notables = pgTable(
  "notables",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    accountId: uuid("account_id"),
    key: text("key").notNull(),
    /** Detection id, or the type itself where no detection spoke. */
    kind: text("kind").notNull(),
    /** One of UNCOMMON_TYPES (domain/incident/uncommon.ts). */
    type: text("type", { enum: UNCOMMON_TYPES }).notNull().default("unusual-act"),
    upn: text("upn").notNull(),
    /** First and last record. */
    at: at("at").notNull(),
    lastAt: at("last_at").notNull(),
    why: text("why").notNull(),
    /** Why it was judged innocent, a sentence each. */
    innocent: jsonb("innocent").$type<string[]>().notNull().default([]),
    country: text("country"),
    homeCountry: text("home_country"),
    networkKind: text("network_kind", { enum: NETWORK_KINDS }),
    network: text("network"),
    recordIds: jsonb("record_ids").$type<string[]>().notNull(),
    records: integer("records").notNull().default(0),
  },
  (t) => [
    index("notables_tenant").on(t.tenantId, t.lastAt),
    uniqueIndex("notables_key").on(t.orgId, t.tenantId, t.key),
  ],
);
