import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TemporalPorts } from "./temporal-ports.ts";

/**
 * The server's dynamic configuration on a single box. The poll rates and the timer shift remove waits of 50 ms and of one
 * second that the defaults cost; fairness with one partition keeps a scan from delaying a containment; time skipping and the
 * refresh of search attributes on read are for demo and tests.
 */
export const DYNAMIC_CONFIG: Record<string, boolean | number | string> = {
  "system.forceSearchAttributesCacheRefreshOnRead": true,
  "frontend.WorkflowTimeSkippingEnabled": true,
  "frontend.WorkflowPauseEnabled": true,
  "frontend.namespaceRPS.visibility": 100,
  "matching.enableFairness": true,
  "matching.numTaskqueueReadPartitions": 1,
  "matching.numTaskqueueWritePartitions": 1,
  "limit.maxIDLength": 255,
  "history.timerProcessorMaxTimeShift": "20ms",
  "history.transferProcessorMaxPollRPS": 1000,
  "history.timerProcessorMaxPollRPS": 1000,
  "history.visibilityProcessorMaxPollRPS": 1000,
  "history.outboundProcessorMaxPollRPS": 1000,
};

/** Writes the dynamic configuration as the server's YAML; returns the file's path. */
export function writeDynamicConfig(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "dynamic-config.yaml");
  const lines = Object.entries(DYNAMIC_CONFIG).map(([key, value]) => `${key}: [{value: ${value}}]`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

/** Environment of `temporal-server start` on Postgres: nothing else is passed to it. */
export function serverEnvironment(
  ports: TemporalPorts,
  database: { port: number; user: string; password: string },
  dynamicConfig: string,
): Record<string, string> {
  const [frontendHttp, history, matching, worker] = ports.services.map(String);
  const [m1, m2, m3, m4] = ports.membership.map(String);
  return {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: "/",
    LOG_LEVEL: "warn",
    GOGC: "300",
    DB: "postgres12_pgx",
    POSTGRES_SEEDS: "127.0.0.1",
    DB_PORT: String(database.port),
    POSTGRES_USER: database.user,
    POSTGRES_PWD: database.password,
    DBNAME: "temporal",
    VISIBILITY_DBNAME: "temporal_visibility",
    NUM_HISTORY_SHARDS: "4",
    BIND_ON_IP: "127.0.0.1",
    TEMPORAL_BROADCAST_ADDRESS: "127.0.0.1",
    DYNAMIC_CONFIG_FILE_PATH: dynamicConfig,
    FRONTEND_GRPC_PORT: String(ports.frontend),
    FRONTEND_HTTP_PORT: frontendHttp!,
    HISTORY_GRPC_PORT: history!,
    MATCHING_GRPC_PORT: matching!,
    WORKER_GRPC_PORT: worker!,
    FRONTEND_MEMBERSHIP_PORT: m1!,
    HISTORY_MEMBERSHIP_PORT: m2!,
    MATCHING_MEMBERSHIP_PORT: m3!,
    WORKER_MEMBERSHIP_PORT: m4!,
  };
}

/** Writes the configuration of the web UI; returns the folder to give as `--root`. It asks nothing of the internet. */
export function writeUiConfig(
  folder: string,
  options: { address: string; port: number; namespace: string; codecUrl?: string | undefined },
): string {
  const config = join(folder, "config");
  mkdirSync(config, { recursive: true, mode: 0o700 });
  const codec = options.codecUrl
    ? `codec:\n  endpoint: ${JSON.stringify(options.codecUrl)}\n  includeCredentials: true\n  defaultErrorMessage: ${JSON.stringify("Sign in to the portal as an analyst to read decoded values.")}\n`
    : "";
  writeFileSync(
    join(config, "petra.yaml"),
    `temporalGrpcAddress: ${options.address}
host: 127.0.0.1
port: ${options.port}
enableUi: true
defaultNamespace: ${options.namespace}
disableNewsFetch: true
cors:
  cookieInsecure: true
  allowOrigins:
    - "http://localhost:${options.port}"
    - "http://127.0.0.1:${options.port}"
${codec}`,
  );
  return folder;
}
