import { boolean, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { Actor } from "#domain/access/actor.ts";
import { at } from "./organization.ts";

/** Exercises: a story played against a tenant of the simulated cloud, for one person to train on. */
export const drills = pgTable(
  "drills",
  {
    tenantId: uuid("tenant_id").primaryKey(),
    orgId: uuid("org_id").notNull(),
    story: text("story").notNull(),
    title: text("title").notNull(),
    responseEnabled: boolean("response_enabled").notNull(),
    trainee: jsonb("trainee").$type<Actor>().notNull(),
    /** The only address that is told about it. */
    traineeEmail: text("trainee_email").notNull(),
    startedAt: at("started_at").notNull(),
    attackedAt: at("attacked_at"),
    endedAt: at("ended_at"),
    discardedAt: at("discarded_at"),
  },
  (t) => [index("drills_org").on(t.orgId, t.startedAt)],
);
