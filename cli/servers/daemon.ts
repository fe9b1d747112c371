import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isSameProcess, markProcess, type ProcessMark, stopProcess } from "./process-id.ts";

/** Ends the process a pid file names, when that very process still lives, and removes the file. */
export async function endByPidFile(pidFile: string): Promise<boolean> {
  if (!existsSync(pidFile)) return false;
  let mark: ProcessMark | undefined;
  try {
    mark = JSON.parse(readFileSync(pidFile, "utf8")) as ProcessMark;
  } catch {
    mark = undefined;
  }
  const ended = mark?.pid ? (await stopProcess(mark)) !== "gone" : false;
  rmSync(pidFile, { force: true });
  return ended;
}

/** A server process of its own session: Ctrl-C in the terminal does not reach it, its owner stops it in order. */
export type Daemon = {
  pid: number;
  isRunning: () => boolean;
  /** SIGTERM, ten seconds, SIGKILL. */
  stop: () => Promise<void>;
  kill9: () => Promise<void>;
};

/**
 * Starts a program with exactly the given environment, its output appended to `logFile`, its pid and start time kept in
 * `pidFile` so that the next start can end what a killed owner left behind (done here first).
 */
export async function startDaemon({
  command,
  args,
  env,
  logFile,
  pidFile,
  cwd = "/",
}: {
  command: string;
  args: readonly string[];
  env: Record<string, string>;
  logFile: string;
  pidFile: string;
  cwd?: string;
}): Promise<Daemon> {
  await endByPidFile(pidFile);
  for (const file of [logFile, pidFile]) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", log, log], detached: true });
  const failure = new Promise<never>((_, reject) => child.once("error", reject));
  const mark = child.pid === undefined ? undefined : markProcess(child.pid);
  if (!mark) {
    if (child.pid === undefined) return failure;
    throw new Error(`${command} ended at once (log: ${logFile}).`);
  }
  failure.catch(() => {});
  child.unref();
  writeFileSync(pidFile, JSON.stringify(mark), { mode: 0o600 });
  const end = async (signal: NodeJS.Signals) => {
    await stopProcess(mark, { signal });
    rmSync(pidFile, { force: true });
  };
  return {
    pid: mark.pid,
    isRunning: () => isSameProcess(mark),
    stop: () => end("SIGTERM"),
    kill9: () => end("SIGKILL"),
  };
}
