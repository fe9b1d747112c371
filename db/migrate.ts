import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { DB_ROLES, type DbRole } from "./client.ts";

export const MIGRATIONS_FOLDER = new URL("./migrations", import.meta.url).pathname;

export type RoleUrls = { app: string; worker: string; auth: string; operator: string };

/** One statement's limit per login role, in milliseconds; a transaction left open ends after a minute. */
const STATEMENT_TIMEOUT: Record<DbRole, number> = {
  petra_app: 15_000,
  petra_worker: 300_000,
  petra_auth: 10_000,
  petra_operator: 30_000,
};

const OWNER = "petra_owner";
const ROLE_LOCK = 7_303_218;

const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.toString();
}

async function ensureRoles(sql: postgres.Sql, urls: RoleUrls): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${ROLE_LOCK})`;
    const existing = new Set((await tx`select rolname from pg_roles`).map((row) => row.rolname as string));
    if (!existing.has(OWNER)) await tx`create role ${tx(OWNER)} nologin`;
    for (const url of [urls.app, urls.worker, urls.auth, urls.operator]) {
      const { username, password } = new URL(url);
      const role = DB_ROLES.find((known) => known === decodeURIComponent(username));
      if (!role) throw new Error(`The database URL of the role ${username} must name one of ${DB_ROLES.join(", ")}.`);
      if (!password) throw new Error(`The database URL of ${role} needs a password.`);
      if (!existing.has(role)) await tx`create role ${tx(role)} login nobypassrls noinherit`;
      const [quoted] = await tx`select quote_literal(${decodeURIComponent(password)}) as text`;
      await tx.unsafe(`alter role ${role} password ${quoted?.text}`);
      await tx.unsafe(`alter role ${role} set statement_timeout = ${STATEMENT_TIMEOUT[role]}`);
      await tx.unsafe(`alter role ${role} set idle_in_transaction_session_timeout = 60000`);
    }
  });
}

async function ensureDatabase(sql: postgres.Sql, database: string): Promise<void> {
  const [found] = await sql`select 1 from pg_database where datname = ${database}`;
  if (!found) await sql`create database ${sql(database)} owner ${sql(OWNER)}`;
  else await sql`alter database ${sql(database)} owner to ${sql(OWNER)}`;
  await sql`revoke all on database ${sql(database)} from public`;
  await sql`grant connect, temporary on database ${sql(database)} to ${sql(DB_ROLES.slice())}`;
}

/**
 * Makes roles, database and tables what this version needs; safe to call at every start.
 * `superUrl` may name any database of the cluster; the database made is the one named in `urls.app`. The passwords of
 * the login roles are those in `urls`.
 */
export async function migrate({ superUrl, urls }: { superUrl: string; urls: RoleUrls }): Promise<void> {
  const database = databaseOf(urls.app);
  const maintenance = postgres(superUrl, { max: 1, onnotice: () => {} });
  try {
    await ensureRoles(maintenance, urls);
    await ensureDatabase(maintenance, database);
  } finally {
    await maintenance.end({ timeout: 5 });
  }
  const client = postgres(withDatabase(superUrl, database), {
    max: 1,
    onnotice: () => {},
    connection: { role: OWNER, application_name: "petra-migrate" },
  });
  try {
    await client`select pg_advisory_lock(${ROLE_LOCK})`;
    await applyMigrations(drizzle({ client }), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await client.end({ timeout: 5 });
  }
}

if (import.meta.main) {
  const { readMigrateEnv } = await import("./env.ts");
  try {
    const env = readMigrateEnv();
    await migrate({
      superUrl: env.PETRA_DB_URL_OWNER,
      urls: {
        app: env.PETRA_DB_URL_APP,
        worker: env.PETRA_DB_URL_WORKER,
        auth: env.PETRA_DB_URL_AUTH,
        operator: env.PETRA_DB_URL_OPERATOR,
      },
    });
    console.log("The database is up to date.");
  } catch (error) {
    console.error(error instanceof Error ? error.message : "The migration failed.");
    process.exitCode = 1;
  }
}
