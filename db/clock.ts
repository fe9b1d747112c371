import { readFileSync, statSync } from "node:fs";
import type { Clock } from "#domain/clock.ts";

const LOOK_EVERY_MS = 200;

/**
 * The clock of a process (D23). In demo and tests `offsetFile` names a file with `{"offsetMs": n}` that moves every process
 * of the installation together; without one it is the system's clock.
 */
export function createClock(offsetFile?: string): Clock {
  if (!offsetFile) return { now: () => new Date() };
  let offsetMs = 0;
  let lookedAt = 0;
  let version = "";
  const look = (): void => {
    const now = Date.now();
    if (now - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = now;
    const stat = statSync(offsetFile, { throwIfNoEntry: false });
    const seen = stat ? `${stat.mtimeMs}/${stat.size}` : "";
    if (seen === version) return;
    version = seen;
    offsetMs = stat ? Number((JSON.parse(readFileSync(offsetFile, "utf8")) as { offsetMs: number }).offsetMs) : 0;
  };
  return {
    now: () => {
      look();
      return new Date(Date.now() + offsetMs);
    },
  };
}
