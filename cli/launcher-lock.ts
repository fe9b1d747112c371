import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSameProcess, markProcess, type ProcessMark } from "./servers/process-id.ts";

/** Takes the data folder for this launcher; throws when another one that lives holds it. Returns how to let go. */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(join(dataDir, "run"), { recursive: true, mode: 0o700 });
  const file = join(dataDir, "run", "launcher.pid");
  if (existsSync(file)) {
    const holder = JSON.parse(readFileSync(file, "utf8")) as ProcessMark;
    if (isSameProcess(holder))
      throw new Error(
        `Petra already runs from ${dataDir} (process ${holder.pid}); stop it first, or give another folder with --data.`,
      );
  }
  writeFileSync(file, JSON.stringify(markProcess(process.pid)), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}
