import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Context, nodeEnv, type ProcessSpec } from "./processes.ts";
import { type Daemon, endByPidFile, startDaemon } from "./servers/daemon.ts";
import { endLeftoverPostgres } from "./servers/postgres.ts";

const LOG_LIMIT = 20 * 1024 * 1024;
const RESTARTS = 5;

const runFolder = (dataDir: string): string => join(dataDir, "run");
const pidFile = (dataDir: string, name: string): string => join(runFolder(dataDir), `${name}.pid`);

/** Ends every process of ours that a killed or interrupted launcher left behind; returns their names. */
export async function endLeftovers(dataDir: string): Promise<string[]> {
  const ended: string[] = [];
  for (const folder of [runFolder(dataDir), join(dataDir, "temporal")]) {
    const files = existsSync(folder) ? readdirSync(folder) : [];
    for (const file of files.filter((name) => name.endsWith(".pid") && name !== "launcher.pid"))
      if (await endByPidFile(join(folder, file)))
        ended.push(`${basename(folder)}/${file.replace(/\.pid$/, "")}`.replace("run/", ""));
  }
  if (await endLeftoverPostgres(join(dataDir, "postgres"))) ended.push("postgres");
  return ended;
}

/** The log of a process; one that has grown too large is put aside once. */
export function logFileOf(dataDir: string, name: string): string {
  const folder = join(dataDir, "logs");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.log`);
  if (existsSync(file) && statSync(file).size > LOG_LIMIT) renameSync(file, `${file}.1`);
  return file;
}

// What a person needs of a failed start: the sentence, not Node's stack.
const lastLines = (file: string): string =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() && !/^\s+at |^Node\.js v|^\s*\^\s*$/.test(line))
    .slice(-6)
    .join("\n");

// Nothing of the launcher's own environment reaches a child but what finds programs, names the language and speeds up its start.
const baseEnv = (context: Context): Record<string, string> => ({
  PATH: `${join(context.root, "node_modules/.bin")}:${process.env.PATH ?? "/usr/bin:/bin"}`,
  HOME: context.dataDir,
  LANG: "C.UTF-8",
  TZ: "UTC",
  ...nodeEnv(),
});

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.ok,
    () => false,
  );

/** Runs a process that ends by itself; throws with its last lines when it fails. */
export async function runOnce(spec: ProcessSpec, context: Context): Promise<void> {
  const file = logFileOf(context.dataDir, spec.name);
  const log = openSync(file, "a", 0o600);
  const child = spawn(process.execPath, [join(context.root, spec.script)], {
    cwd: context.root,
    env: { ...baseEnv(context), ...spec.env(context) },
    stdio: ["ignore", log, log],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0) throw new Error(`${spec.label} failed:\n${lastLines(file)}`);
}

/** A process that is kept running. */
export type Supervised = { name: string; stop: () => Promise<void> };

/**
 * Starts a process and waits until it is ready. When it ends later without being asked to, it is started again up to five
 * times, then given up with a sentence to `say`.
 */
export async function supervise(spec: ProcessSpec, context: Context, say: (line: string) => void): Promise<Supervised> {
  const logFile = logFileOf(context.dataDir, spec.name);
  const launch = (): Promise<Daemon> =>
    startDaemon({
      command: process.execPath,
      args: [join(context.root, spec.script)],
      env: { ...baseEnv(context), ...spec.env(context) },
      logFile,
      pidFile: pidFile(context.dataDir, spec.name),
      cwd: context.root,
    });
  let daemon = await launch();
  const deadline = Date.now() + 60_000;
  while (spec.ready && !(await answers(spec.ready(context)))) {
    const gone = !daemon.isRunning();
    if (gone || Date.now() > deadline) {
      await daemon.stop();
      throw new Error(
        `${spec.label} ${gone ? "ended while starting" : "is not ready after 60 s"} (log: ${logFile}):\n${lastLines(logFile)}`,
      );
    }
    await sleep(50);
  }
  const watch = new AbortController();
  const keepUp = async () => {
    for (let restarts = 0; !watch.signal.aborted; ) {
      await sleep(1000, undefined, { signal: watch.signal });
      if (daemon.isRunning()) continue;
      if (restarts++ === RESTARTS) return say(`${spec.label} keeps ending and stays down (log: ${logFile}).`);
      say(`${spec.label} ended by itself and is started again (log: ${logFile}).`);
      daemon = await launch();
    }
  };
  keepUp().catch((error: unknown) => {
    if (!watch.signal.aborted) say(`${spec.label} cannot be started again: ${String(error)}`);
  });
  return {
    name: spec.name,
    stop: async () => {
      watch.abort();
      await daemon.stop();
    },
  };
}
