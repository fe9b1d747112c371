import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type SignIn, seedDemo, signIns } from "./demo.ts";
import { lockDataFolder } from "./launcher-lock.ts";
import { ownFolder } from "./own-folder.ts";
import {
  API,
  type Context,
  codecUrl,
  MAIL_SINK,
  MIGRATE,
  mailUrl,
  PORT_NAMES,
  type Ports,
  type ProcessSpec,
  portalUrl,
  SIMULATOR,
  WORKER,
} from "./processes.ts";
import { loadSecrets } from "./secrets.ts";
import { freePort } from "./servers/ports.ts";
import { startPostgres } from "./servers/postgres.ts";
import { resolveTemporal, startTemporal } from "./servers/temporal.ts";
import { planPorts, temporalUrls } from "./servers/temporal-ports.ts";
import { readStartOptions } from "./start-options.ts";
import { endLeftovers, logFileOf, runOnce, supervise } from "./supervisor.ts";
import { buildWeb } from "./web-build.ts";

const ROOT = join(import.meta.dirname, "..");
const PREFERRED: Partial<Ports> = { portal: 4100, mailHttp: 4180 };
const NAMESPACE = "petra";

const began = Date.now();
const say = (line: string): void => console.log(`[${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s] ${line}`);

type Stop = { name: string; stop: () => Promise<void> };
const running: Stop[] = [];
let stopping: Promise<void> | undefined;
let locked: { dataDir: string; unlock: () => void } | undefined;

/** Ends what runs, the last started first. */
function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (let next = running.pop(); next; next = running.pop())
      await next.stop().catch((error: unknown) => say(`${next?.name}: ${String(error)}`));
    if (locked) await endLeftovers(locked.dataDir);
    locked?.unlock();
  })();
  return stopping;
}

async function choosePorts(dataDir: string): Promise<Ports> {
  const file = join(dataDir, "ports.json");
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<Ports>) : {};
  const chosen = new Map<string, number>();
  for (const name of PORT_NAMES) chosen.set(name, await freePort(kept[name] ?? PREFERRED[name]));
  const ports = Object.fromEntries(chosen) as Ports;
  writeFileSync(file, JSON.stringify(ports, null, 2));
  return ports;
}

async function begin(spec: ProcessSpec, context: Context): Promise<void> {
  running.push(await supervise(spec, context, say));
  say(`${spec.label}: ready.`);
}

function block(context: Context, people: readonly SignIn[]): string {
  const wide = Math.max(...people.map(({ email }) => email.length));
  const lines = [
    `Portal        ${portalUrl(context)}`,
    ...people.map(({ who, email, password }) => `  ${who.padEnd(18)} ${email.padEnd(wide)}  ${password}`),
    `Mail sent     ${mailUrl(context)}`,
    `Authenticator ${mailUrl(context)}/authenticator  (a telephone for second factors)`,
    ...(context.temporal.uiUrl ? [`Temporal      ${context.temporal.uiUrl}`] : []),
    "",
    `Demo: a simulated Microsoft cloud, nothing leaves this machine. Data and logs in ${context.dataDir}. Ctrl-C stops everything.`,
  ];
  return `\n${"-".repeat(72)}\n${lines.join("\n")}\n${"-".repeat(72)}`;
}

async function start(): Promise<void> {
  const options = readStartOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd(), ROOT);
  const { dataDir } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  locked = { dataDir, unlock: lockDataFolder(dataDir) };
  // Without any way to a server there is nothing to start: said before the slow parts.
  const source = resolveTemporal({ download: options.download });

  const ended = await endLeftovers(dataDir);
  if (ended.length > 0) say(`Ended what an earlier start left behind: ${ended.join(", ")}.`);
  if (options.fresh) {
    for (const part of ["postgres", "temporal", "simulator", "mail", "secrets.json", "demo.json"])
      rmSync(join(dataDir, part), { recursive: true, force: true });
    say("Old data removed.");
  }

  const secrets = loadSecrets(dataDir);
  const postgres = await startPostgres({ dataDir: join(dataDir, "postgres"), logFile: logFileOf(dataDir, "postgres") });
  running.push({ name: "Postgres", stop: postgres.stop });
  say("Postgres: ready.");

  const planned =
    source.kind === "address"
      ? { address: source.address, uiUrl: source.uiUrl }
      : temporalUrls(await planPorts(dataDir));
  const ports = await choosePorts(dataDir);
  const context: Context = {
    root: ROOT,
    dataDir,
    ports,
    secrets,
    superuserUrl: postgres.url,
    temporal: { ...planned, namespace: NAMESPACE },
    ownDetections: ownFolder(),
  };

  const web = buildWeb(ROOT, logFileOf(dataDir, "web-build")).then((result) => {
    if (result === "built") say("Portal: built.");
  });
  web.catch(() => {});
  const temporal = startTemporal({
    pg: postgres,
    dataDir,
    logDir: join(dataDir, "logs"),
    namespace: NAMESPACE,
    codecUrl: codecUrl(context),
    download: options.download,
    progress: say,
  });
  temporal.catch(() => {});

  await begin(MAIL_SINK, context);
  await begin(SIMULATOR, context);
  await runOnce(MIGRATE, context);
  say(`${MIGRATE.label}: done.`);
  await web;
  await begin(API, context);
  say(`The portal is open at ${portalUrl(context)}.`);

  const server = await temporal;
  running.push({ name: "Temporal", stop: server.stop });
  say("Temporal: ready.");
  await begin(WORKER, context);
  await seedDemo({ context, replay: options.replayFolder, say });
  console.log(block(context, signIns(context)));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    if (!stopping) console.log("\nStopping ...");
    void stopAll().then(() => process.exit(0));
  });

try {
  await start();
} catch (error) {
  if (!stopping) say(error instanceof Error ? error.message : String(error));
  await stopAll();
  process.exit(1);
}
