import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { startReaper } from "./reaper.ts";
import { startTemporal, type TemporalServer } from "./temporal.ts";
import { ensureNamespace } from "./temporal-namespace.ts";

/** Names under which a test run hands its servers to the processes of its tests. */
export const TEST_PG_URL = "PETRA_TEST_PG_URL";
export const TEST_TEMPORAL_ADDRESS = "PETRA_TEST_TEMPORAL_ADDRESS";

export type TestServers = {
  postgres: () => Promise<PostgresServer>;
  temporal: (options?: { ui?: boolean; metricsPort?: number }) => Promise<TemporalServer>;
  stop: () => Promise<void>;
};

/**
 * Servers with data of their own below the temp folder, each started at first use. They end with `stop`, and also when this
 * process dies in any other way.
 */
export function createTestServers(progress: (line: string) => void = (line) => console.error(line)): TestServers {
  let folder: string | undefined;
  let reaper: ReturnType<typeof startReaper> | undefined;
  let pg: Promise<PostgresServer> | undefined;
  let temporal: Promise<TemporalServer> | undefined;
  const pids = { postgres: [] as number[], temporal: [] as number[] };
  const place = (): string => {
    folder ??= mkdtempSync(join(tmpdir(), "petra-test-"));
    reaper ??= startReaper(folder);
    return folder;
  };
  const watch = (kind: keyof typeof pids, started: number[]) => {
    pids[kind] = started;
    reaper?.watch([...pids.postgres, ...pids.temporal]);
  };
  const postgres = () => {
    pg ??= startPostgres({ dataDir: join(place(), "postgres"), test: true }).then((server) => {
      watch("postgres", [server.pid]);
      return server;
    });
    return pg;
  };
  return {
    postgres,
    temporal: ({ ui = false, metricsPort } = {}) => {
      temporal ??= postgres().then(async (server) => {
        const started = await startTemporal({ pg: server, dataDir: place(), ui, metricsPort, progress });
        watch("temporal", started.pids());
        return {
          ...started,
          get pid() {
            return started.pid;
          },
          restart: async () => {
            await started.restart();
            watch("temporal", started.pids());
          },
        };
      });
      return temporal;
    },
    stop: async () => {
      await (await temporal?.catch(() => undefined))?.stop();
      await (await pg?.catch(() => undefined))?.stop();
      reaper?.release();
    },
  };
}

let own: TestServers | undefined;
const ownServers = (): TestServers => {
  own ??= createTestServers();
  return own;
};

/**
 * The Postgres cluster of this test run: `url` is the superuser's. Make databases of your own in it. Started here when the
 * run gave none, and ended with this process.
 */
export async function getTestPostgres(): Promise<{ url: string; port: number }> {
  const url = process.env[TEST_PG_URL];
  if (url) return { url, port: Number(new URL(url).port) };
  return ownServers().postgres();
}

/** The Temporal server of this test run with the namespace `petra`; for isolation ask `createTestNamespace`. */
export async function getTestTemporal(): Promise<{ address: string; namespace: string }> {
  const address = process.env[TEST_TEMPORAL_ADDRESS];
  if (address) return { address, namespace: "petra" };
  return ownServers().temporal();
}

/** A fresh namespace with our search attributes on the run's Temporal server. */
export async function createTestNamespace(prefix = "test"): Promise<{ address: string; namespace: string }> {
  const { address } = await getTestTemporal();
  const namespace = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
  await ensureNamespace(address, namespace);
  return { address, namespace };
}
