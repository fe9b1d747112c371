import { index, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { Actor } from "#domain/access/actor.ts";
import { at } from "./organization.ts";

/** Acts of Petra's own principal that Microsoft's audit log of a tenant tells of, each with the write it stands for (S49). */
export const recordedActs = pgTable(
  "recorded_acts",
  {
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    /** Both logs tell of one act under one correlation id. */
    actKey: text("act_key").notNull(),
    operation: text("operation").notNull(),
    target: text("target").notNull(),
    occurredAt: at("occurred_at").notNull(),
    foundAt: at("found_at").notNull(),
    verdict: text("verdict", { enum: ["ours", "onboarding", "outside"] }).notNull(),
    actionId: uuid("action_id"),
    /** A person's word for an act that no row of the ledger explains. */
    explainedBy: jsonb("explained_by").$type<Actor>(),
    explainedReason: text("explained_reason"),
    explainedAt: at("explained_at"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.actKey] }),
    index("recorded_acts_action").on(t.actionId),
    index("recorded_acts_verdict").on(t.tenantId, t.verdict),
  ],
);
