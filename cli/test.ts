import { spawn } from "node:child_process";
import { join } from "node:path";
import { createTestServers, TEST_PG_URL, TEST_TEMPORAL_ADDRESS } from "./servers/test-servers.ts";

const ROOT = join(import.meta.dirname, "..");
const isLong = process.argv[2] === "long";
const args = process.argv.slice(isLong ? 3 : 2);

/** Runs vitest with the servers' addresses; resolves with its exit code. */
function runVitest(env: Record<string, string>): Promise<number> {
  const selection = isLong ? ["--project", "long"] : ["--project", "!long"];
  const vitest = spawn(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...selection, ...args], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => vitest.kill(signal));
  return new Promise((resolve, reject) => {
    vitest.once("error", reject);
    vitest.once("exit", (code) => resolve(code ?? 1));
  });
}

const started = Date.now();
const say = (line: string) => process.stderr.write(`${line}\n`);
const servers = createTestServers(say);
try {
  const { url } = await servers.postgres();
  const { address } = await servers.temporal();
  say(`Postgres and Temporal are up after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  process.exitCode = await runVitest({
    [TEST_PG_URL]: url,
    [TEST_TEMPORAL_ADDRESS]: address,
    // A run of some tests does not replace the record of all.
    ...(args.length === 0
      ? { PETRA_TEST_REPORT: join(ROOT, "reports", isLong ? "last-long-run.json" : "last-run.json") }
      : {}),
  });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await servers.stop();
}
