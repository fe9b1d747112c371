import { bigint, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at } from "./organization.ts";

/**
 * The hash chain over `audit`, one per organization, numbered from 1 without gaps. Written by the database alone, in the
 * commit of the audit row: no login role may insert, change or delete. All hashes are SHA-256 in hex (docs/evidence.md).
 */
export const auditChain = pgTable(
  "audit_chain",
  {
    orgId: uuid("org_id").notNull(),
    position: bigint("position", { mode: "number" }).notNull(),
    auditSeq: bigint("audit_seq", { mode: "number" }).notNull(),
    /** The database's own time, beside the clock port's in `audit.at`. */
    recordedAt: at("recorded_at").notNull(),
    /** Secret of this row: without it a hash says nothing about who acted. */
    actorSalt: text("actor_salt").notNull(),
    bodySalt: text("body_salt").notNull(),
    entryHash: text("entry_hash").notNull(),
    previousHash: text("previous_hash").notNull(),
    hash: text("hash").notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.position] }), uniqueIndex("audit_chain_seq").on(t.orgId, t.auditSeq)],
);

/** Audit rows whose commit found the chain busy: the next one takes them along, so that no act waits for another's. @public */
export const auditPending = pgTable(
  "audit_pending",
  { orgId: uuid("org_id").notNull(), auditSeq: bigint("audit_seq", { mode: "number" }).notNull() },
  (t) => [primaryKey({ columns: [t.orgId, t.auditSeq] })],
);

/** What retention leaves of the rows it dropped: signed, so that nobody else can claim that retention did it. Append-only. */
export const auditTombstones = pgTable(
  "audit_tombstones",
  {
    orgId: uuid("org_id").notNull(),
    from: bigint("from_position", { mode: "number" }).notNull(),
    to: bigint("to_position", { mode: "number" }).notNull(),
    hash: text("hash").notNull(),
    before: at("before").notNull(),
    at: at("at").notNull(),
    keyId: text("key_id").notNull(),
    signature: text("signature").notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.from] })],
);

/** Heads of chains signed by this installation: what was signed and sent out once cannot be unsaid. Append-only. */
export const auditCheckpoints = pgTable(
  "audit_checkpoints",
  {
    orgId: uuid("org_id").notNull(),
    position: bigint("position", { mode: "number" }).notNull(),
    hash: text("hash").notNull(),
    at: at("at").notNull(),
    keyId: text("key_id").notNull(),
    signature: text("signature").notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.position, t.keyId] })],
);
