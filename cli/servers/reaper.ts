import { spawn } from "node:child_process";

const SCRIPT = `folder=$1; pids=
while read -r line; do pids=$line; done
for pid in $pids; do kill -TERM "$pid" 2>/dev/null; done
[ -n "$pids" ] && sleep 1
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
rm -rf "$folder"`;

/**
 * Ends test servers and removes their folder when this process goes, however it goes (SIGKILL included): a small shell
 * waits for its input to close. `watch` replaces the list of pids to end.
 */
export function startReaper(folder: string): { watch: (pids: readonly number[]) => void; release: () => void } {
  const shell = spawn("sh", ["-c", SCRIPT, "reaper", folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
  });
  shell.unref();
  const input = shell.stdin;
  if ("unref" in input && typeof input.unref === "function") input.unref();
  return {
    watch: (pids) => input.write(`${pids.join(" ")}\n`),
    release: () => input.end("\n"),
  };
}
