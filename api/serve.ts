import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createFactorStore } from "#db/auth-factors.ts";
import { createDb } from "#db/client.ts";
import { createClock } from "#db/clock.ts";
import { orgOfTenant } from "#db/repos/platform.ts";
import { SIGN_IN_LINK_SECONDS } from "#domain/limits.ts";
import { createBell } from "#temporal/client.ts";
import { createCodec, createDataConverter, parseMasterKey } from "#temporal/codec.ts";
import { createKeyStore } from "#temporal/key-store.ts";
import { createPartnerDirectory } from "#temporal/partner-directory.ts";
import { createApp } from "./app.ts";
import { createAuth } from "./auth.ts";
import { createChanges } from "./changes.ts";
import type { ApiDeps } from "./context.ts";
import { createDrillCloud } from "./drill-cloud.ts";
import { type ApiEnv, prepareWebEnv, readApiEnv } from "./env.ts";
import { createLog } from "./log.ts";
import { createMailer } from "./mail.ts";
import { createWebHandler } from "./web.ts";

const MICROSOFT_LOGIN = "https://login.microsoftonline.com";
const STOP_PATIENCE_MS = 5_000;

/** Everything the API is made of, from its settings: the one composition root of this process (P18). */
function compose(env: ApiEnv): { deps: ApiDeps; close: () => Promise<void> } {
  const clock = createClock(env.PETRA_CLOCK_FILE);
  const log = createLog(env.LOG_LEVEL);
  const app = createDb(env.PETRA_DB_URL_APP, { name: "petra-api", max: 12 });
  const operator = createDb(env.PETRA_DB_URL_OPERATOR, { name: "petra-api-operator", max: 4 });
  const authDb = createDb(env.PETRA_DB_URL_AUTH, { name: "petra-api-auth", max: 6 });
  const masterKey = parseMasterKey(env.PETRA_MASTER_KEY);
  const codec = { store: createKeyStore(app, clock), masterKey };
  const mailer = createMailer({ smtpUrl: env.PETRA_SMTP_URL, from: env.PETRA_MAIL_FROM });
  const originMap = env.M365_ORIGIN_MAP ?? {};
  const bell = createBell({
    address: env.TEMPORAL_ADDRESS,
    namespace: env.TEMPORAL_NAMESPACE,
    dataConverter: createDataConverter(codec),
    orgOf: (tenantId) => orgOfTenant(app, tenantId),
  });
  const partner = createPartnerDirectory({
    clientId: env.M365_CLIENT_ID,
    credential: { clientSecret: env.M365_CLIENT_SECRET ?? "" },
    originMap,
    clock,
  });
  const drillCloud = env.PETRA_DRILL_URL ? createDrillCloud(env.PETRA_DRILL_URL) : null;
  const auth = createAuth({
    db: authDb,
    publicUrl: env.PETRA_PUBLIC_URL,
    secret: env.PETRA_SESSION_SECRET,
    sendLink: ({ email, link }) => mailer.sendSignInLink({ to: email, link, minutes: SIGN_IN_LINK_SECONDS / 60 }),
  });
  const factors = createFactorStore(authDb, masterKey);
  const changes = createChanges(app);
  const config = {
    mode: env.PETRA_MODE,
    publicUrl: env.PETRA_PUBLIC_URL,
    temporalUiUrl: env.TEMPORAL_UI_URL ?? null,
    loginOrigin: originMap[MICROSOFT_LOGIN] ?? MICROSOFT_LOGIN,
    clientId: env.M365_CLIENT_ID,
  };
  const decoder = createCodec(codec);
  return {
    deps: {
      app,
      operator,
      auth,
      factors,
      clock,
      bell,
      partner,
      drillCloud,
      decoder,
      changes,
      mailer,
      masterKey,
      log,
      config,
    },
    close: async () => {
      mailer.close();
      await Promise.allSettled([changes.close(), bell.close()]);
      await Promise.allSettled([app.close(), operator.close(), authDb.close()]);
    },
  };
}

const isApi = (url: string | undefined): boolean =>
  url !== undefined && (url.startsWith("/api/") || url === "/healthz" || url === "/readyz");

/** API and portal on one port: the same origin, so that cookies stay simple. Resolves once it listens. */
export async function startServer(env: ApiEnv): Promise<{ server: Server; stop: () => Promise<void> }> {
  prepareWebEnv();
  const { deps, close } = compose(env);
  const api = createApp(deps);
  const web = await createWebHandler({
    handlerFile: env.WEB_HANDLER,
    isSecure: env.PETRA_PUBLIC_URL.startsWith("https:"),
    fetchApi: (request) => api.fetch(request),
  });
  const listener = getRequestListener(api.fetch);
  const server = createServer((request, response) => {
    if (isApi(request.url)) void listener(request, response);
    else web(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(env.PETRA_PORT, env.PETRA_HOST, resolve);
  });
  deps.log.info("api.listening", { port: env.PETRA_PORT });
  const stop = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cut = setTimeout(() => server.closeAllConnections(), STOP_PATIENCE_MS);
    await closed;
    clearTimeout(cut);
    await close();
  };
  return { server, stop };
}

/** The process: serves until SIGTERM or SIGINT; a wrong setting ends it with a sentence and exit code 1. */
export async function main(): Promise<void> {
  try {
    const { stop } = await startServer(readApiEnv());
    const end = () => {
      void stop().then(() => process.exit(0));
    };
    process.once("SIGTERM", end);
    process.once("SIGINT", end);
  } catch (error) {
    console.error(error instanceof Error ? error.message : "The API could not start.");
    process.exitCode = 1;
  }
}
