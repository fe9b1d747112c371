import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Context, nodeEnv, type Ports, WORKER } from "#cli/processes.ts";
import { loadSecrets } from "#cli/secrets.ts";
import { bundleWorkflows } from "#temporal/bundle.ts";
import { type House, MANY_LOCKS } from "./house.ts";

const ROOT = join(import.meta.dirname, "..");

export type Deaths = {
  /** When the process that was told to die did so, ms since 1970. */
  diedAt: number | undefined;
  /** Ends whatever process serves the queue now. */
  stop(): Promise<void>;
};

/** Where (`kind:point`) which process dies: the worker itself, or the one with this id. */
type Death = { at: string; pid?: number };
export type Containment = (death?: Death) => Deaths;

/**
 * Serves the queue of containment by a process of its own, beside the house's worker with the other queues, so that a death
 * hits the writes and not the collectors. Told where to die, the process is replaced after its death by one that lives; told
 * whom to kill there, it lives on. Answers a function that starts one.
 */
export async function prepareContainment(house: House): Promise<Containment> {
  const bundle = join(house.folder, "workflows.js");
  writeFileSync(bundle, (await bundleWorkflows()).code);
  const log = join(house.folder, "containment.log");
  const env = { ...containmentEnv(house), PETRA_WORKFLOW_BUNDLE: bundle };
  const launch = (extra: Record<string, string>): ChildProcess => {
    const out = openSync(log, "a", 0o600);
    const child = spawn(process.execPath, [join(ROOT, WORKER.script)], {
      cwd: ROOT,
      env: { ...env, ...extra },
      stdio: ["ignore", out, out],
    });
    house.watch(child);
    return child;
  };

  return (death) => {
    let isStopped = false;
    const whom: Record<string, string> = death?.pid === undefined ? {} : { PETRA_KILL_PID: String(death.pid) };
    let child = launch(death ? { PETRA_KILL_AT: death.at, ...whom } : {});
    const deaths: Deaths = {
      diedAt: undefined,
      stop: async () => {
        isStopped = true;
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((done) => child.once("exit", done));
        child.kill("SIGTERM");
        await ended;
      },
    };
    const mourn = (code: number | null, signal: NodeJS.Signals | null) => {
      if (isStopped) return;
      if (signal !== "SIGKILL") throw new Error(`The worker ended with ${signal ?? code}: ${tail(log)}`);
      deaths.diedAt = Date.now();
      child = launch({});
    };
    child.once("exit", mourn);
    return deaths;
  };
}

const tail = (file: string): string => readFileSync(file, "utf8").slice(-2000);

function containmentEnv(house: House): Record<string, string> {
  const portOf = (url: string): number => Number(new URL(url).port);
  const ports: Ports = {
    portal: portOf(house.base),
    simulator: portOf(house.simulator.cloudUrl),
    simulatorAdmin: portOf(house.simulator.adminUrl),
    simulatorTruth: portOf(house.simulator.truthUrl),
    // Its queue sends no mail, and any free port will do for its health.
    mailSmtp: 1,
    mailHttp: 1,
    workerHealth: 0,
  };
  const context: Context = {
    root: ROOT,
    dataDir: house.folder,
    ports,
    secrets: loadSecrets(house.folder),
    superuserUrl: house.database.superUrl,
    temporal: { address: house.temporal.address, uiUrl: undefined, namespace: house.temporal.namespace },
  };
  return {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: house.folder,
    TZ: "UTC",
    ...nodeEnv(),
    ...WORKER.env(context),
    PETRA_DB_URL_WORKER: house.database.urls.worker,
    PETRA_QUEUES: "containment",
    ...MANY_LOCKS,
    PETRA_CLOCK_FILE: join(house.folder, "clock.json"),
  };
}
