import { bigint, boolean, customType, index, pgSchema, text, timestamp } from "drizzle-orm/pg-core";

/** Sign-in data: only the role petra_auth reads it. Column names are better-auth's (core schema). */
export const authSchema = pgSchema("auth");

const time = (name: string) => timestamp(name, { withTimezone: true });

export const user = authSchema.table("user", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: boolean("email_verified").notNull().default(false),
  image: text("image"),
  createdAt: time("created_at").notNull(),
  updatedAt: time("updated_at").notNull(),
});

export const session = authSchema.table(
  "session",
  {
    id: text("id").primaryKey(),
    token: text("token").notNull().unique(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    expiresAt: time("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
    /** Open only after our own gate said so: a session made on any other way owes a second factor (S9). */
    owesFactor: boolean("owes_factor").notNull().default(true),
    factorAt: time("factor_at"),
    passwordAt: time("password_at"),
  },
  (t) => [index("session_user").on(t.userId)],
);

const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => "bytea",
  fromDriver: (value) => new Uint8Array(value),
  toDriver: (value) => Buffer.from(value),
});

/** An authenticator app. The seed is sealed under the master key (S11, S37). */
export const secondFactor = authSchema.table(
  "second_factor",
  {
    id: text("id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    sealed: bytes("sealed").notNull(),
    /** The last time step a code was used of: each counts once. */
    lastStep: bigint("last_step", { mode: "number" }).notNull().default(0),
    /** null until a first code proved that the person holds it */
    confirmedAt: time("confirmed_at"),
    createdAt: time("created_at").notNull(),
  },
  (t) => [index("second_factor_user").on(t.userId)],
);

/** Codes for the day the authenticator is lost: hashed, one use each (S11). */
export const recoveryCode = authSchema.table(
  "recovery_code",
  {
    hash: text("hash").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    usedAt: time("used_at"),
    createdAt: time("created_at").notNull(),
  },
  (t) => [index("recovery_code_user").on(t.userId)],
);

export const account = authSchema.table(
  "account",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: time("access_token_expires_at"),
    refreshTokenExpiresAt: time("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (t) => [index("account_user").on(t.userId)],
);

export const verification = authSchema.table(
  "verification",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: time("expires_at").notNull(),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (t) => [index("verification_identifier").on(t.identifier)],
);
