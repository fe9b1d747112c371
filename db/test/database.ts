import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { getTestPostgres } from "#cli/servers/test-servers.ts";
import { MIGRATIONS_FOLDER, migrate, type RoleUrls } from "../migrate.ts";

/** A database of one test file: URLs of the login roles and of the superuser, who walks past row-level security. */
export type TestDatabase = { name: string; superUrl: string; urls: RoleUrls; close: () => Promise<void> };

const TEMPLATE_LOCK = 7_303_219;

function migrationsHash(): string {
  const hash = createHash("sha256");
  for (const folder of readdirSync(MIGRATIONS_FOLDER).sort())
    hash.update(folder).update(readFileSync(join(MIGRATIONS_FOLDER, folder, "migration.sql")));
  return hash.digest("hex").slice(0, 12);
}

function urlOf(clusterUrl: string, database: string, role?: string): string {
  const url = new URL(clusterUrl);
  url.pathname = `/${database}`;
  if (role) {
    url.username = role;
    url.password = "for-tests-only";
  }
  return url.toString();
}

const roleUrls = (clusterUrl: string, database: string): RoleUrls => ({
  app: urlOf(clusterUrl, database, "petra_app"),
  worker: urlOf(clusterUrl, database, "petra_worker"),
  auth: urlOf(clusterUrl, database, "petra_auth"),
  operator: urlOf(clusterUrl, database, "petra_operator"),
});

/**
 * A fresh migrated database in the cluster of the test run (23 ms after the first). The migrated template is made once
 * per state of the migrations; `close` drops the database.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { url } = await getTestPostgres();
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const template = `petra_template_${migrationsHash()}`;
  const name = `petra_test_${crypto.randomUUID().replaceAll("-", "")}`;
  try {
    await admin`select pg_advisory_lock(${TEMPLATE_LOCK})`;
    const [ready] = await admin`select datistemplate from pg_database where datname = ${template}`;
    if (!ready?.datistemplate) {
      await admin`drop database if exists ${admin(template)} with (force)`;
      await migrate({ superUrl: url, urls: roleUrls(url, template) });
      await admin.unsafe(`alter database ${template} is_template true`);
    }
    await admin.unsafe(`create database ${name} template ${template} strategy file_copy owner petra_owner`);
    await admin`select pg_advisory_unlock(${TEMPLATE_LOCK})`;
  } finally {
    await admin.end({ timeout: 5 });
  }
  return {
    name,
    superUrl: urlOf(url, name),
    urls: roleUrls(url, name),
    close: async () => {
      const sql = postgres(url, { max: 1, onnotice: () => {} });
      await sql.unsafe(`drop database if exists ${name} with (force)`);
      await sql.end({ timeout: 5 });
    },
  };
}
