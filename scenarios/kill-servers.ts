import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type PostgresServer, startPostgres } from "#cli/servers/postgres.ts";
import { isSameProcess, markProcess } from "#cli/servers/process-id.ts";
import { startReaper } from "#cli/servers/reaper.ts";
import { startTemporal } from "#cli/servers/temporal.ts";
import { TEST_PG_URL, TEST_TEMPORAL_ADDRESS } from "#cli/servers/test-servers.ts";

type Server = "temporal" | "postgres";

/**
 * A Postgres and a Temporal server of this test alone, to be killed: written safely to disk as in production, while the
 * run's own servers trade that for speed. What is opened afterwards uses them.
 */
export async function openMortalServers() {
  const folder = mkdtempSync(join(tmpdir(), "petra-kill-"));
  const reaper = startReaper(folder);
  const start = () => startPostgres({ dataDir: join(folder, "postgres") });
  let postgres = await start();
  const { port } = postgres;
  const temporal = await startTemporal({ pg: postgres, dataDir: folder, ui: false });
  const watch = () => reaper.watch([postgres.pid, ...temporal.pids()]);
  watch();
  process.env[TEST_PG_URL] = postgres.url;
  process.env[TEST_TEMPORAL_ADDRESS] = temporal.address;

  const pidOf = (server: Server): number => {
    const pid = server === "postgres" ? postgres.pid : temporal.pid;
    if (!pid) throw new Error(`This ${server} was not started here and cannot be killed.`);
    return pid;
  };
  /** Its last connections may still hold the memory of the dead one. */
  const startAgain = async (): Promise<PostgresServer> => {
    for (let tries = 1; ; tries++) {
      try {
        return await start();
      } catch (error) {
        if (tries >= 20) throw error;
        await sleep(500);
      }
    }
  };
  return {
    pidOf,
    /** Waits for the death of the server and starts it again, on the same port with the same data. */
    revive: async (server: Server): Promise<void> => {
      const mark = markProcess(pidOf(server));
      while (mark && isSameProcess(mark)) await sleep(50);
      if (server === "temporal") await temporal.restart();
      else postgres = await startAgain();
      watch();
      if (postgres.port !== port) throw new Error("Postgres came back on another port.");
    },
    close: async () => {
      await temporal.stop();
      await postgres.stop();
      reaper.release();
    },
  };
}
