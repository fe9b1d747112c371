import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import postgres from "postgres";

/** How Temporal signs in to its two databases. */
export type TemporalDatabase = { port: number; user: string; password: string };

const DATABASES = [
  ["temporal", "postgresql/v12/temporal"],
  ["temporal_visibility", "postgresql/v12/visibility"],
] as const;

function keptPassword(file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

/**
 * Gives Temporal a role and two databases of its own in the cluster and brings their schema to the version of `sqlTool`.
 * Repeated starts cost milliseconds: the version reached stands in the databases' comment.
 */
export async function prepareTemporalDatabase(options: {
  superuserUrl: string;
  sqlTool: string;
  schemaId: string;
  folder: string;
  logFile: string;
}): Promise<TemporalDatabase> {
  const password = keptPassword(join(options.folder, "database-password"));
  const port = Number(new URL(options.superuserUrl).port);
  const sql = postgres(options.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    const roles = await sql`select 1 from pg_roles where rolname = 'temporal'`;
    const verb = roles.length === 0 ? "create" : "alter";
    await sql.unsafe(`${verb} role temporal login password '${password}'`);
    const note = `petra ${options.schemaId}`;
    for (const [name, schema] of DATABASES) {
      const [database] =
        await sql`select shobj_description(oid, 'pg_database') as note from pg_database where datname = ${name}`;
      if (database?.note === note) continue;
      if (!database) await sql.unsafe(`create database ${name} owner temporal`);
      const call = (...args: string[]) => {
        const log = openSync(options.logFile, "a", 0o600);
        const all = [
          "--plugin",
          "postgres12",
          "--ep",
          "127.0.0.1",
          "-p",
          String(port),
          "-u",
          "temporal",
          "--db",
          name,
          ...args,
        ];
        const env = { PATH: process.env.PATH, SQL_PASSWORD: password };
        const result = spawnSync(options.sqlTool, all, { stdio: ["ignore", log, log], env, cwd: "/" });
        if (result.status !== 0) throw new Error(`Temporal's schema could not be set up (log: ${options.logFile}).`);
      };
      if (!database) call("setup-schema", "-v", "0.0");
      call("update-schema", "--schema-name", schema);
      await sql.unsafe(`comment on database ${name} is '${note}'`);
    }
    return { port, user: "temporal", password };
  } finally {
    await sql.end();
  }
}
