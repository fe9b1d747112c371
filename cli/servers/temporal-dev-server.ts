import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { startDaemon } from "./daemon.ts";
import type { TemporalOptions, TemporalServer } from "./temporal.ts";
import { DYNAMIC_CONFIG } from "./temporal-config.ts";
import { ensureNamespace, untilServing } from "./temporal-namespace.ts";
import { planPorts, temporalUrls } from "./temporal-ports.ts";

const dynamicConfigArgs = (): string[] =>
  Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => [
    "--dynamic-config-value",
    `${key}=${typeof value === "string" ? JSON.stringify(value) : value}`,
  ]);

/** Runs the dev server of a `temporal` CLI with our settings; its data is a SQLite file in the data folder. */
export async function startDevServer(
  command: string,
  options: TemporalOptions,
  namespace: string,
): Promise<TemporalServer> {
  const folder = join(options.dataDir, "temporal");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ports = await planPorts(options.dataDir);
  const { address, uiUrl } = temporalUrls(ports);
  const args = [
    "server",
    "start-dev",
    "--ip",
    "127.0.0.1",
    "--port",
    String(ports.frontend),
    "--namespace",
    namespace,
    "--log-level",
    "warn",
  ];
  args.push("--db-filename", join(folder, "dev-server.db"), ...dynamicConfigArgs());
  if (options.ui === false) args.push("--headless");
  else args.push("--ui-ip", "127.0.0.1", "--ui-port", String(ports.ui));
  if (options.ui !== false && options.codecUrl) args.push("--ui-codec-endpoint", options.codecUrl);
  const logFile = join(options.logDir ?? folder, "temporal.log");
  const launch = async () => {
    const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: folder };
    const server = await startDaemon({ command, args, env, logFile, pidFile: join(folder, "server.pid") });
    if (await untilServing(address, 60_000, server.isRunning)) return server;
    await server.stop();
    throw new Error(`The dev server of the temporal CLI did not come up (log: ${logFile}).`);
  };
  let server = await launch();
  await ensureNamespace(address, namespace);
  return {
    address,
    uiUrl: options.ui === false ? undefined : uiUrl,
    namespace,
    get pid() {
      return server.pid;
    },
    pids: () => [server.pid],
    stop: () => server.stop(),
    kill9: () => server.kill9(),
    restart: async () => {
      await server.stop();
      server = await launch();
    },
  };
}

/** Fetches a dev server with the SDK's own downloader and runs it for as long as this process lives. Only when asked for. */
export async function startDownloadedServer(options: TemporalOptions, namespace: string): Promise<TemporalServer> {
  const folder = join(options.dataDir, "temporal");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  options.progress?.("Fetching a Temporal dev server with the SDK's downloader.");
  const ports = await planPorts(options.dataDir);
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      namespace,
      ip: "127.0.0.1",
      dbFilename: join(folder, "dev-server.db"),
      ui: options.ui !== false,
      port: ports.frontend,
      uiPort: ports.ui,
      extraArgs: dynamicConfigArgs(),
    },
  });
  const { address, uiUrl } = temporalUrls(ports);
  await ensureNamespace(address, namespace);
  const unsupported = () => Promise.reject(new Error("A downloaded server cannot be restarted alone."));
  return {
    address,
    uiUrl: options.ui === false ? undefined : uiUrl,
    namespace,
    pid: undefined,
    pids: () => [],
    stop: () => environment.teardown(),
    kill9: unsupported,
    restart: unsupported,
  };
}
