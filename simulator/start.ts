import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { adminApp } from "./admin/app.ts";
import { type Clock, createClock } from "./clock.ts";
import { loadCertificate } from "./cloud/certificate.ts";
import { exchangeApp } from "./cloud/exchange/app.ts";
import { feedApp } from "./cloud/feed.ts";
import { graphApp } from "./cloud/graph/app.ts";
import { loginApp } from "./cloud/login.ts";
import { partnerCenterApp } from "./cloud/partner-center.ts";
import { createPipeline } from "./cloud/pipeline.ts";
import { TokenService } from "./cloud/tokens.ts";
import { settle } from "./settle.ts";
import { readSnapshot, restore, writeSnapshot } from "./state/snapshot.ts";
import { type Availability, World } from "./state/world.ts";
import { truthApp } from "./truth/app.ts";

export interface SimulatorOptions {
  cloudPort?: number;
  adminPort?: number;
  truthPort?: number;
  /** Folder of ca.pem; a new temporary one when absent. */
  certDir?: string;
  seed?: string;
  clientId?: string;
  clientSecret?: string;
  stateFile?: string;
  /** Milliseconds after an event until each log shows it; default 0. */
  delays?: Partial<Availability>;
  /** Base of the virtual clock; default the real clock. */
  frozenAt?: number;
}

export interface Simulator {
  cloudUrl: string;
  adminUrl: string;
  truthUrl: string;
  caPem: string;
  certPath: string;
  clock: Clock;
  world: World;
  close(): Promise<void>;
}

const SAVE_DELAY_MS = 1500;
const HEARTBEAT_MS = 1000;

/** Starts the simulated Microsoft cloud in this process: cloud over HTTPS, admin and truth over HTTP, loopback only. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const snapshot = options.stateFile ? readSnapshot(options.stateFile) : null;
  const clock = createClock({
    offsetMs: snapshot?.offsetMs ?? 0,
    ...(options.frozenAt === undefined ? {} : { frozenAt: options.frozenAt }),
  });
  const world = new World({
    clock,
    seed: options.seed ?? "1",
    our: {
      clientId: options.clientId ?? "11111111-aaaa-4bbb-8ccc-222222222222",
      clientSecret: options.clientSecret ?? "simulated-secret",
      certificates: [],
    },
    availability: { ual: 0, interactive: 0, nonInteractive: 0, directory: 0, ...options.delays },
  });
  const tokens = await TokenService.create(clock, snapshot?.signingKey);
  if (snapshot) restore(world, snapshot);
  const saving = options.stateFile ? saveOnChange(world, tokens, options.stateFile) : null;

  const certDir = options.certDir ?? mkdtempSync(join(tmpdir(), "petra-cloud-"));
  const certificate = await loadCertificate(certDir);
  const cloud = createPipeline(
    world,
    {
      "login.microsoftonline.com": loginApp(tokens),
      "graph.microsoft.com": graphApp(tokens),
      "manage.office.com": feedApp(tokens),
      "outlook.office365.com": exchangeApp(tokens),
      "api.partnercenter.microsoft.com": partnerCenterApp(tokens),
    },
    () => settle(world),
  );
  const admin = adminApp(world);
  const truth = truthApp(world);
  const servers = [
    createHttpsServer(
      { key: certificate.key, cert: certificate.cert },
      getRequestListener((request, env) => cloud(request, env as HttpBindings), { overrideGlobalObjects: false }),
    ),
    createHttpServer(
      getRequestListener(
        (request, env) => (isSignInPage(request) ? cloud(request, env as HttpBindings) : admin.fetch(request)),
        { overrideGlobalObjects: false },
      ),
    ),
    createHttpServer(getRequestListener((request) => truth.fetch(request), { overrideGlobalObjects: false })),
  ] as const;
  const ports = [options.cloudPort ?? 0, options.adminPort ?? 0, options.truthPort ?? 0] as const;
  const bound = await Promise.all(servers.map((server, index) => listen(server, ports[index] ?? 0)));
  const heartbeat = setInterval(() => settle(world), HEARTBEAT_MS);
  heartbeat.unref();

  return {
    cloudUrl: `https://127.0.0.1:${bound[0]}`,
    adminUrl: `http://127.0.0.1:${bound[1]}`,
    truthUrl: `http://127.0.0.1:${bound[2]}`,
    caPem: certificate.cert,
    certPath: certificate.path,
    clock,
    world,
    close: async () => {
      clearInterval(heartbeat);
      saving?.flush();
      if (!options.certDir) rmSync(certDir, { recursive: true, force: true });
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}

/** People's pages are also served without TLS, so that a browser need not be told to trust the certificate. */
const isSignInPage = (request: Request): boolean =>
  /^\/login\.microsoftonline\.com\/[^/]+\/(v2\.0\/adminconsent|adminconsent|oauth2\/v2\.0\/authorize)$/.test(
    new URL(request.url).pathname,
  );

function listen(
  server: ReturnType<typeof createHttpServer> | ReturnType<typeof createHttpsServer>,
  port: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** Saves a little after the last change, and when asked to. */
function saveOnChange(world: World, tokens: TokenService, path: string): { flush(): void } {
  let timer: NodeJS.Timeout | null = null;
  const save = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    writeSnapshot(world, path, tokens.exportKey());
  };
  world.onChange(() => {
    if (timer) return;
    timer = setTimeout(save, SAVE_DELAY_MS);
    timer.unref();
  });
  return { flush: save };
}
