import { drizzleAdapter } from "@better-auth/drizzle-adapter/relations-v2";
import type { Db } from "./client.ts";
import { account, session, user, verification } from "./schema/auth.ts";

/** Where better-auth keeps users, hashes, sessions and links: the schema `auth`, through the login role petra_auth. */
export function authStore(db: Db) {
  if (db.role !== "petra_auth")
    throw new Error(`Sign-in data belongs to the login role petra_auth, not to ${db.role}.`);
  return drizzleAdapter(db.orm, {
    provider: "pg",
    schema: { user, session, account, verification },
    transaction: true,
  });
}
