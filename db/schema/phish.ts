import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { Actor } from "#domain/access/actor.ts";
import type { Fingerprint } from "#domain/phish/fingerprint.ts";
import { FINGERPRINT_STATES, MATCH_STATES, MATCHED_BY, PHISH_ACTS, PHISH_ORDER_STATES } from "#domain/phish/phish.ts";
import { at } from "./organization.ts";

/** A mail known as phish that is looked for in the tenants of its organization, with an incident or without. */
export const phishes = pgTable(
  "phishes",
  {
    /** Made by the browser when the button is drawn. */
    id: uuid("id").primaryKey(),
    orgId: uuid("org_id").notNull(),
    /** Where it was found. */
    tenantId: uuid("tenant_id").notNull(),
    incidentId: uuid("incident_id"),
    internetMessageId: text("internet_message_id").notNull(),
    subject: text("subject"),
    sender: text("sender"),
    receivedAt: at("received_at"),
    /** What else tells the same phish; read from a copy in its own tenant, without its text. */
    fingerprint: jsonb("fingerprint").$type<Fingerprint>(),
    fingerprintState: text("fingerprint_state", { enum: FINGERPRINT_STATES }).notNull(),
    by: jsonb("by").$type<Actor>().notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("phishes_incident").on(t.incidentId),
    index("phishes_org").on(t.orgId, t.createdAt),
    uniqueIndex("phishes_mail").on(t.orgId, t.tenantId, t.internetMessageId),
  ],
);

/** A copy of a phish in one mailbox of one tenant. */
export const phishMatches = pgTable(
  "phish_matches",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    phishId: uuid("phish_id").notNull(),
    mailboxObjectId: text("mailbox_object_id").notNull(),
    mailbox: text("mailbox").notNull(),
    messageId: text("message_id").notNull(),
    internetMessageId: text("internet_message_id").notNull(),
    sender: text("sender"),
    subject: text("subject").notNull(),
    folderId: text("folder_id").notNull(),
    receivedAt: at("received_at"),
    matchedBy: text("matched_by", { enum: MATCHED_BY }).notNull(),
    /** In words, for the person who decides. */
    why: text("why").notNull(),
    state: text("state", { enum: MATCH_STATES }).notNull(),
    /** The write that moved it. */
    actionId: uuid("action_id"),
    error: text("error"),
    foundAt: at("found_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("phish_matches_copy").on(t.orgId, t.tenantId, t.phishId, t.mailboxObjectId, t.messageId),
    index("phish_matches_phish").on(t.phishId, t.tenantId),
  ],
);

/** One person's order over copies in one or many tenants; each tenant gets a command of its own when it may run. */
export const phishOrders = pgTable(
  "phish_orders",
  {
    id: uuid("id").primaryKey(),
    orgId: uuid("org_id").notNull(),
    phishId: uuid("phish_id").notNull(),
    act: text("act", { enum: PHISH_ACTS }).notNull(),
    tenantIds: uuid("tenant_ids").array().notNull(),
    matchIds: jsonb("match_ids").$type<string[]>().notNull(),
    mailboxes: integer("mailboxes").notNull(),
    /** What the person saw; the second person must have seen the same (D17, S45). */
    previewHash: text("preview_hash").notNull(),
    needsSecond: boolean("needs_second").notNull(),
    /** For an organization of one: not carried out before this time. */
    notBefore: at("not_before"),
    state: text("state", { enum: PHISH_ORDER_STATES }).notNull(),
    by: jsonb("by").$type<Actor>().notNull(),
    memberId: uuid("member_id").notNull(),
    /** Hash of the sign-in session, so that nobody agrees with himself. */
    session: text("session").notNull(),
    at: at("at").notNull(),
    answeredBy: jsonb("answered_by").$type<Actor>(),
    answeredById: uuid("answered_by_id"),
    answeredAt: at("answered_at"),
    reason: text("reason"),
  },
  (t) => [index("phish_orders_phish").on(t.phishId, t.at)],
);

/** Mailboxes of a tenant out of which Petra never takes a mail. */
export const neverTouch = pgTable(
  "never_touch",
  {
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    mailboxObjectId: uuid("mailbox_object_id").notNull(),
    mailbox: text("mailbox").notNull(),
    reason: text("reason").notNull(),
    by: jsonb("by").$type<Actor>().notNull(),
    at: at("at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.mailboxObjectId] })],
);
