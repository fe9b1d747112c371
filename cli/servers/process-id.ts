import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};
const ps = (pid: number, field: string): string | undefined => {
  const result = spawnSync("ps", ["-o", `${field}=`, "-p", String(pid)], { encoding: "utf8" });
  return result.status === 0 && result.stdout.trim() ? result.stdout.trim() : undefined;
};

/** When the process began, as the kernel words it; undefined when it is gone or a zombie. Tells a reused pid from the old one. */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform !== "linux") return ps(pid, "lstart");
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields && fields[0] !== "Z" && fields[0] !== "X" ? fields[19] : undefined;
}

/** The command line of a process, words joined by spaces; undefined when it is gone. */
export function commandOf(pid: number): string | undefined {
  if (process.platform !== "linux") return ps(pid, "command");
  return read(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ").trim() || undefined;
}

/** A process that can be recognised again later, also after its pid was given to another one. */
export type ProcessMark = { pid: number; startTime: string };

/** Marks a living process; undefined when it is already gone. */
export function markProcess(pid: number): ProcessMark | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** True while the marked process itself (not a later one with its pid) lives. */
export const isSameProcess = (mark: ProcessMark): boolean => startTimeOf(mark.pid) === mark.startTime;

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // gone meanwhile
  }
};

/** Sends `signal`, waits up to `patienceMs`, then SIGKILL. Resolves when the process is gone; says whether force was needed. */
export async function stopProcess(
  mark: ProcessMark,
  { signal = "SIGTERM", patienceMs = 10_000 }: { signal?: NodeJS.Signals; patienceMs?: number } = {},
): Promise<"gone" | "stopped" | "killed"> {
  if (!isSameProcess(mark)) return "gone";
  send(mark.pid, signal);
  const deadline = Date.now() + patienceMs;
  while (isSameProcess(mark)) {
    if (Date.now() > deadline) {
      send(mark.pid, "SIGKILL");
      while (isSameProcess(mark)) await sleep(20);
      return "killed";
    }
    await sleep(20);
  }
  return "stopped";
}
