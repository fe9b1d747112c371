import { join } from "node:path";
import type { DatabaseRole, Secrets } from "./secrets.ts";

/** Ports of the demo's own processes, all on 127.0.0.1, kept in the data folder. */
export const PORT_NAMES = [
  "portal",
  "simulator",
  "simulatorAdmin",
  "simulatorTruth",
  "mailSmtp",
  "mailHttp",
  "workerHealth",
] as const;
export type Ports = Record<(typeof PORT_NAMES)[number], number>;

/** What the processes are told about each other. */
export type Context = {
  root: string;
  dataDir: string;
  ports: Ports;
  secrets: Secrets;
  /** The superuser's URL; only the migrations get it. */
  superuserUrl: string;
  temporal: { address: string; uiUrl: string | undefined; namespace: string };
  /** The folder of own detections, where the person who starts has one. */
  ownDetections?: string | undefined;
};

/** One of our processes: what runs, with exactly which variables, and how one knows that it is ready. */
export type ProcessSpec = {
  name: string;
  /** As a person reads it in the progress lines. */
  label: string;
  script: string;
  env: (context: Context) => Record<string, string>;
  /** An address that answers 2xx once it is ready; undefined for one that ends by itself with exit code 0. */
  ready: ((context: Context) => string) | undefined;
};

/** Where people open the portal. */
export const portalUrl = (context: Pick<Context, "ports">): string => `http://localhost:${context.ports.portal}`;

/** Where the Temporal UI has its values decoded: through the API, with the reader's own session. */
export const codecUrl = (context: Pick<Context, "ports">): string => `${portalUrl(context)}/api/codec`;

/** Where mail of the demo can be read. */
export const mailUrl = (context: Pick<Context, "ports">): string => `http://localhost:${context.ports.mailHttp}`;

/** Where the simulated cloud is built and moved. */
export const simulatorAdminUrl = (context: Pick<Context, "ports">): string =>
  `http://127.0.0.1:${context.ports.simulatorAdmin}`;

/** Sign-in of one of our roles to our database. */
export const databaseUrl = (context: Context, role: DatabaseRole): string =>
  `postgres://petra_${role}:${context.secrets.databasePasswords[role]}@${new URL(context.superuserUrl).host}/petra`;

/** Where Node keeps what it made of the source text (`cli/bootstrap.mjs` says so): the next process starts in half the time. */
export const nodeEnv = (): Record<string, string> =>
  process.env.NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE } : {};

const simulatorFolder = ({ dataDir }: Pick<Context, "dataDir">): string => join(dataDir, "simulator");

/** What clients of the simulated cloud trust; the simulator writes it at its first start. */
export const authorityFile = (context: Pick<Context, "dataDir">): string => join(simulatorFolder(context), "ca.pem");

const REAL_HOSTS = [
  "login.microsoftonline.com",
  "graph.microsoft.com",
  "manage.office.com",
  "outlook.office365.com",
  "api.partnercenter.microsoft.com",
];

// The simulated cloud takes the real host's name as the first part of the path.
const originMap = ({ ports }: Context): Record<string, string> =>
  Object.fromEntries(REAL_HOSTS.map((host) => [`https://${host}`, `https://127.0.0.1:${ports.simulator}/${host}`]));

const temporalEnv = ({ temporal }: Context): Record<string, string> => ({
  TEMPORAL_ADDRESS: temporal.address,
  TEMPORAL_NAMESPACE: temporal.namespace,
});

const demoEnv = (context: Context): Record<string, string> => ({
  PETRA_MODE: "demo",
  PETRA_PUBLIC_URL: portalUrl(context),
  PETRA_MASTER_KEY: context.secrets.masterKey,
  PETRA_SMTP_URL: `smtp://127.0.0.1:${context.ports.mailSmtp}`,
  PETRA_MAIL_FROM: "Petra <petra@demo.example>",
});

const ownEnv = ({ ownDetections }: Context): Record<string, string> =>
  ownDetections === undefined ? {} : { PETRA_OWN_DETECTIONS: ownDetections };

const m365Env = (context: Context): Record<string, string> => ({
  M365_CLIENT_ID: context.secrets.m365ClientId,
  M365_CLIENT_SECRET: context.secrets.m365ClientSecret,
  M365_ORIGIN_MAP: JSON.stringify(originMap(context)),
  NODE_EXTRA_CA_CERTS: authorityFile(context),
});

export const MAIL_SINK: ProcessSpec = {
  name: "mail-sink",
  label: "Mail box",
  script: "cli/servers/mail-sink.ts",
  env: ({ dataDir, ports }) => ({
    MAIL_SINK_FOLDER: join(dataDir, "mail"),
    MAIL_SINK_SMTP_PORT: String(ports.mailSmtp),
    MAIL_SINK_HTTP_PORT: String(ports.mailHttp),
  }),
  ready: (context) => `http://127.0.0.1:${context.ports.mailHttp}/messages`,
};

export const SIMULATOR: ProcessSpec = {
  name: "simulator",
  label: "Simulated Microsoft cloud",
  script: "simulator/main.ts",
  env: (context) => ({
    SIM_CLOUD_PORT: String(context.ports.simulator),
    SIM_ADMIN_PORT: String(context.ports.simulatorAdmin),
    SIM_TRUTH_PORT: String(context.ports.simulatorTruth),
    SIM_CERT_DIR: simulatorFolder(context),
    SIM_STATE_FILE: join(simulatorFolder(context), "state.json"),
    SIM_CLIENT_ID: context.secrets.m365ClientId,
    SIM_CLIENT_SECRET: context.secrets.m365ClientSecret,
  }),
  ready: (context) => `${simulatorAdminUrl(context)}/admin/clock`,
};

export const MIGRATE: ProcessSpec = {
  name: "migrate",
  label: "Database migrations",
  script: "db/migrate.ts",
  env: (context) => ({
    PETRA_DB_URL_OWNER: context.superuserUrl,
    PETRA_DB_URL_APP: databaseUrl(context, "app"),
    PETRA_DB_URL_WORKER: databaseUrl(context, "worker"),
    PETRA_DB_URL_AUTH: databaseUrl(context, "auth"),
    PETRA_DB_URL_OPERATOR: databaseUrl(context, "operator"),
  }),
  ready: undefined,
};

export const API: ProcessSpec = {
  name: "api",
  label: "API and portal",
  script: "api/server.ts",
  env: (context) => ({
    ...demoEnv(context),
    ...temporalEnv(context),
    ...m365Env(context),
    ...(context.temporal.uiUrl ? { TEMPORAL_UI_URL: context.temporal.uiUrl } : {}),
    PETRA_DRILL_URL: simulatorAdminUrl(context),
    PETRA_PORT: String(context.ports.portal),
    PETRA_SESSION_SECRET: context.secrets.sessionSecret,
    PETRA_DB_URL_APP: databaseUrl(context, "app"),
    PETRA_DB_URL_AUTH: databaseUrl(context, "auth"),
    PETRA_DB_URL_OPERATOR: databaseUrl(context, "operator"),
    WEB_HANDLER: join(context.root, "web/build/handler.js"),
  }),
  ready: (context) => `http://127.0.0.1:${context.ports.portal}/healthz`,
};

export const WORKER: ProcessSpec = {
  name: "worker",
  label: "Workers",
  script: "temporal/worker.ts",
  env: (context) => ({
    ...demoEnv(context),
    ...temporalEnv(context),
    ...m365Env(context),
    PETRA_DB_URL_WORKER: databaseUrl(context, "worker"),
    PETRA_WORKER_HEALTH_PORT: String(context.ports.workerHealth),
    ...ownEnv(context),
  }),
  ready: (context) => `http://127.0.0.1:${context.ports.workerHealth}/healthz`,
};
