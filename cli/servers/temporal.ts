import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Daemon, startDaemon } from "./daemon.ts";
import type { PostgresServer } from "./postgres.ts";
import {
  buildBinaries,
  buildId,
  cachedBinaries,
  canBuild,
  installHint,
  type Progress,
  type TemporalBinaries,
  temporalOnPath,
} from "./temporal-binaries.ts";
import { serverEnvironment, writeDynamicConfig, writeUiConfig } from "./temporal-config.ts";
import { startDevServer, startDownloadedServer } from "./temporal-dev-server.ts";
import { ensureNamespace, untilServing } from "./temporal-namespace.ts";
import { planPorts, temporalUrls } from "./temporal-ports.ts";
import { prepareTemporalDatabase } from "./temporal-schema.ts";

/** A Temporal server in use. `pid` and the test verbs are there where we started the process ourselves. */
export type TemporalServer = {
  address: string;
  uiUrl: string | undefined;
  namespace: string;
  pid: number | undefined;
  /** Every process started here, the web UI's included. */
  pids: () => number[];
  stop: () => Promise<void>;
  /** SIGKILL to the server, nothing else. */
  kill9: () => Promise<void>;
  /** Starts the killed or stopped server again on the same ports and data; returns when it serves. */
  restart: () => Promise<void>;
};

/** Where a server comes from. */
export type TemporalSource =
  | { kind: "address"; address: string; uiUrl: string | undefined }
  | { kind: "cli"; command: string }
  | { kind: "built"; binaries: TemporalBinaries }
  | { kind: "build" }
  | { kind: "download" };

export type TemporalOptions = {
  pg: Pick<PostgresServer, "url">;
  dataDir: string;
  logDir?: string;
  namespace?: string;
  codecUrl?: string | undefined;
  ui?: boolean;
  /** Where the server we build tells its own metrics (Prometheus), on 127.0.0.1; nowhere when left out. */
  metricsPort?: number | undefined;
  download?: boolean;
  progress?: Progress;
};

/**
 * Chooses the server: TEMPORAL_ADDRESS, a recent `temporal` on PATH, our cached build, a build with Go, and only when asked
 * for the SDK's download. Throws the exact install command when there is none.
 */
export function resolveTemporal({ download = false }: { download?: boolean } = {}): TemporalSource {
  const address = process.env.TEMPORAL_ADDRESS;
  if (address) return { kind: "address", address, uiUrl: process.env.TEMPORAL_UI_URL || undefined };
  const command = temporalOnPath();
  if (command) return { kind: "cli", command };
  const binaries = cachedBinaries();
  if (binaries) return { kind: "built", binaries };
  if (download) return { kind: "download" };
  const go = canBuild();
  if (go.ok) return { kind: "build" };
  throw new Error(installHint(go.why));
}

/** Starts (or reaches) a Temporal server with our namespace and search attributes ready for use. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const namespace = options.namespace ?? "petra";
  const source = resolveTemporal({ download: options.download ?? false });
  if (source.kind === "address") {
    if (!(await untilServing(source.address)))
      throw new Error(`No Temporal server answers at TEMPORAL_ADDRESS=${source.address}.`);
    await ensureNamespace(source.address, namespace);
    const notOurs = () => Promise.reject(new Error("This Temporal server was not started here."));
    return {
      address: source.address,
      uiUrl: source.uiUrl,
      namespace,
      pid: undefined,
      pids: () => [],
      stop: async () => {},
      kill9: notOurs,
      restart: notOurs,
    };
  }
  if (source.kind === "cli") return startDevServer(source.command, options, namespace);
  if (source.kind === "download") return startDownloadedServer(options, namespace);
  const binaries = source.kind === "built" ? source.binaries : await buildBinaries(options.progress ?? (() => {}));
  return startBuilt(binaries, options, namespace);
}

async function startBuilt(
  binaries: TemporalBinaries,
  options: TemporalOptions,
  namespace: string,
): Promise<TemporalServer> {
  const folder = join(options.dataDir, "temporal");
  const logDir = options.logDir ?? folder;
  for (const path of [folder, logDir]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const database = await prepareTemporalDatabase({
    superuserUrl: options.pg.url,
    sqlTool: binaries.sqlTool,
    schemaId: buildId(),
    folder,
    logFile: join(logDir, "temporal-schema.log"),
  });
  const ports = await planPorts(options.dataDir);
  const env = serverEnvironment(ports, database, writeDynamicConfig(folder));
  if (options.metricsPort) env.PROMETHEUS_ENDPOINT = `127.0.0.1:${options.metricsPort}`;
  const { address, uiUrl } = temporalUrls(ports);
  const logFile = join(logDir, "temporal.log");
  const launch = async (): Promise<Daemon> => {
    const server = await startDaemon({
      command: binaries.server,
      args: ["--allow-no-auth", "start"],
      env,
      logFile,
      pidFile: join(folder, "server.pid"),
    });
    if (await untilServing(address, 60_000, server.isRunning)) return server;
    await server.stop();
    throw new Error(`The Temporal server did not come up (log: ${logFile}).`);
  };
  let server = await launch();
  await ensureNamespace(address, namespace);
  const ui =
    options.ui === false
      ? undefined
      : await startUi(binaries.ui, { ...options, folder, logDir, address, port: ports.ui, namespace });
  return {
    address,
    uiUrl: ui ? uiUrl : undefined,
    namespace,
    get pid() {
      return server.pid;
    },
    pids: () => (ui ? [server.pid, ui.pid] : [server.pid]),
    stop: async () => {
      await ui?.stop();
      await server.stop();
    },
    kill9: () => server.kill9(),
    restart: async () => {
      await server.stop();
      server = await launch();
    },
  };
}

async function startUi(
  command: string,
  options: {
    folder: string;
    logDir: string;
    address: string;
    port: number;
    namespace: string;
    codecUrl?: string | undefined;
  },
): Promise<Daemon> {
  const root = writeUiConfig(join(options.folder, "ui"), options);
  const logFile = join(options.logDir, "temporal-ui.log");
  const ui = await startDaemon({
    command,
    args: ["--root", root, "--config", "config", "--env", "petra", "start"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: "/" },
    logFile,
    pidFile: join(options.folder, "ui.pid"),
  });
  const deadline = Date.now() + 15_000;
  while (ui.isRunning() && Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${options.port}/healthz`).catch(() => undefined);
    if (answer?.ok) return ui;
    await sleep(20);
  }
  await ui.stop();
  throw new Error(`Temporal's web UI did not come up (log: ${logFile}).`);
}
