import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { addPerson, createAuth } from "#api/auth.ts";
import { API, type Context, nodeEnv, PORT_NAMES, type Ports, type ProcessSpec, WORKER } from "#cli/processes.ts";
import { loadSecrets } from "#cli/secrets.ts";
import { freePort } from "#cli/servers/ports.ts";
import { startReaper } from "#cli/servers/reaper.ts";
import { createTestNamespace } from "#cli/servers/test-servers.ts";
import { createDb } from "#db/client.ts";
import { createTestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import type { CommandInput } from "#domain/command/command.ts";
import type { CommandView, IncidentCard, IncidentView, TenantRow } from "#domain/view/portal.ts";
import { startSimulator } from "#simulator/start.ts";
import { fastForwardAt } from "#temporal/testing/fast-forward.ts";
import { workflowIds } from "#temporal/workflow-ids.ts";
import { startMailbox } from "./mailbox.ts";

/** API and worker look at their clock file this often at most. */
const CLOCK_FILE_SEEN_MS = 250;

const ROOT = join(import.meta.dirname, "..");

/** Lets a worker lock more accounts in an hour than a person would let pass unasked, for loops and benches. */
export const MANY_LOCKS = { PETRA_LOCK_CAPS: "100,0.05,100000,100000" };

/** A person who is signed in: calls to the API carry his session. */
export type Person = { email: string; memberId: string; cookie: string };

type Call = { as: Person; method?: string; body?: unknown };

/**
 * The whole of Petra for one test file: its own database, namespace, simulated cloud, API and worker processes. Everything
 * is asked through the API; what is really so is asked of the truth port.
 */
export async function openHouse(options: { pollMs?: number; env?: Record<string, string> } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "petra-house-"));
  const database = await createTestDatabase();
  const temporal = await createTestNamespace("house");
  const secrets = loadSecrets(folder);
  const chosen: [string, number][] = [];
  for (const name of PORT_NAMES) chosen.push([name, await freePort()]);
  const ports = Object.fromEntries(chosen) as Ports;
  const simulator = await startSimulator({
    cloudPort: ports.simulator,
    adminPort: ports.simulatorAdmin,
    certDir: join(folder, "simulator"),
    clientId: secrets.m365ClientId,
    clientSecret: secrets.m365ClientSecret,
  });
  const mail = await startMailbox(ports.mailSmtp);
  const context: Context = {
    root: ROOT,
    dataDir: folder,
    ports,
    secrets,
    superuserUrl: database.superUrl,
    temporal: { address: temporal.address, uiUrl: undefined, namespace: temporal.namespace },
  };
  const sql = postgres(database.superUrl, { max: 2, onnotice: () => {} });
  const factories = createFactories(database.superUrl);
  const authDb = createDb(database.urls.auth);
  const base = `http://localhost:${ports.portal}`;
  const auth = createAuth({ db: authDb, publicUrl: base, secret: secrets.sessionSecret, sendLink: async () => {} });

  const clockFile = join(folder, "clock.json");
  const envOf = (spec: ProcessSpec): Record<string, string> => ({
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: folder,
    TZ: "UTC",
    ...nodeEnv(),
    ...spec.env(context),
    ...(spec === API
      ? {
          PETRA_DB_URL_APP: database.urls.app,
          PETRA_DB_URL_AUTH: database.urls.auth,
          PETRA_DB_URL_OPERATOR: database.urls.operator,
        }
      : { PETRA_DB_URL_WORKER: database.urls.worker, PETRA_POLL_MS: String(options.pollMs ?? 300) }),
    PETRA_CLOCK_FILE: clockFile,
    ...options.env,
  });

  const reaper = startReaper(folder);
  const alive = new Set<number>();
  /** Ends a process also when this one is killed before it can. */
  function watch(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) return;
    reaper.watch([...alive.add(pid)]);
    child.once("exit", () => {
      alive.delete(pid);
      reaper.watch([...alive]);
    });
  }

  function launch(spec: ProcessSpec, extra: Record<string, string> = {}): Running {
    const file = join(folder, `${spec.name}.log`);
    const log = openSync(file, "a", 0o600);
    const child = spawn(process.execPath, [join(ROOT, spec.script)], {
      cwd: ROOT,
      env: { ...envOf(spec), ...extra },
      stdio: ["ignore", log, log],
    });
    watch(child);
    return {
      child,
      log: () => readFileSync(file, "utf8"),
      ended: new Promise((done) => child.once("exit", () => done())),
    };
  }
  async function ready(spec: ProcessSpec, running: Running): Promise<void> {
    const url = spec.ready?.(context);
    const deadline = Date.now() + 60_000;
    while (url && !(await answers(url))) {
      if (running.child.exitCode !== null || Date.now() > deadline)
        throw new Error(`${spec.label}: ${running.log().slice(-2000)}`);
      await sleep(50);
    }
  }
  async function end(running: Running | undefined, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (!running || running.child.exitCode !== null || running.child.signalCode !== null) return;
    running.child.kill(signal);
    await running.ended;
  }

  const api = launch(API);
  await ready(API, api);
  let worker: Running | undefined;

  /** Stands in for the code a person types when the portal asks for it (S14): the same request goes on afterwards. */
  async function prove(as: Person): Promise<void> {
    const { offsetMs } = existsSync(clockFile) ? JSON.parse(readFileSync(clockFile, "utf8")) : { offsetMs: 0 };
    await sql`update auth.session s set owes_factor = false, factor_at = ${new Date(Date.now() + Number(offsetMs))}
      from members m where m.id = ${as.memberId} and m.auth_user_id = s.user_id`;
  }

  async function ask<T>(path: string, { as, method = "GET", body }: Call): Promise<{ status: number; body: T }> {
    const response = await fetch(`${base}${path}`, {
      method,
      redirect: "manual",
      headers: {
        cookie: as.cookie,
        origin: base,
        "sec-fetch-site": "same-origin",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 403 && text.includes('"second_factor_required"')) {
      await prove(as);
      return ask(path, { as, method, body });
    }
    return {
      status: response.status,
      body: (text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text) as T,
    };
  }
  const truth = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${simulator.truthUrl}${path}`)).json()) as T;
  const admin = async <T>(path: string, body: unknown = {}): Promise<T> => {
    const response = await fetch(`${simulator.adminUrl}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as T;
  };

  const house = {
    folder,
    database,
    sql,
    simulator,
    secrets,
    ports,
    mail,
    temporal,
    factories,
    base,
    watch,
    ask,
    truth,
    admin,
    logs: () => ({ api: api.log(), worker: worker?.log() ?? "" }),

    startWorker: async (extra: Record<string, string> = {}) => {
      worker = launch(WORKER, extra);
      await ready(WORKER, worker);
    },
    stopWorker: () => end(worker),
    killWorker: () => end(worker, "SIGKILL"),
    /** Waits until the worker has died by itself (a planned kill). */
    workerEnded: async () => worker?.ended,

    /** A member (or an analyst with orgId null) who is signed in. */
    person: async (orgId: string | null, values: Parameters<typeof factories.member>[1] = {}): Promise<Person> => {
      const password = randomBytes(12).toString("base64url");
      const member = await factories.member(orgId, values);
      const authUserId = await addPerson(auth, { email: member.email, name: member.name, password });
      await sql`update members set auth_user_id = ${authUserId} where id = ${member.id}`;
      await sql`insert into auth.second_factor (id, user_id, name, sealed, confirmed_at, created_at)
        values (${member.id}, ${authUserId}, 'Test', ${Buffer.alloc(0)}, now(), now())`;
      const response = await fetch(`${base}/api/auth/sign-in/email`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: base, "sec-fetch-site": "same-origin" },
        body: JSON.stringify({ email: member.email, password }),
      });
      if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`);
      const cookie = response.headers
        .getSetCookie()
        .map((c) => c.split(";")[0])
        .join("; ");
      const person = { email: member.email, memberId: member.id, cookie };
      await prove(person);
      return person;
    },

    /** Another Admin of this person's organization agrees to all that waits for a second person (S45). */
    agreeFor: async (who: Person): Promise<void> => {
      const [row] = await sql`select org_id from members where id = ${who.memberId}`;
      const other = await house.person(row?.org_id as string, { role: "admin" });
      const { body } = await ask<{ id: string }[]>("/api/second-words", { as: other });
      for (const { id } of body) {
        const answer = await ask(`/api/second-words/${id}/answer`, {
          as: other,
          method: "POST",
          body: { agree: true },
        });
        if (answer.status !== 200) throw new Error(`second word: ${JSON.stringify(answer.body)}`);
      }
    },

    /** A story's tenant in the simulated cloud, with ordinary history; the attack is played by `attack`. */
    cloudTenant: (story: string, seed: string | number, more: Record<string, unknown> = {}) =>
      admin<CloudTenant>("/admin/tenants", { story, seed, phase: "history", ...more }),
    attack: (microsoftTenantId: string, order: { victims?: number; campaign?: string } = {}) =>
      admin(`/admin/tenants/${microsoftTenantId}/attack`, order),

    /** Add Tenant individually, consent included; answers when the first scan is complete unless told otherwise. */
    onboard: async (
      as: Person,
      cloud: CloudTenant,
      choice: { responseEnabled?: boolean; isScanOnly?: boolean; waitForScan?: boolean } = {},
    ): Promise<string> => {
      const made = await ask<{ tenantId: string; consentUrl: string }>("/api/tenants", {
        as,
        method: "POST",
        body: {
          name: cloud.displayName,
          responseEnabled: choice.responseEnabled ?? false,
          isScanOnly: choice.isScanOnly ?? false,
        },
      });
      if (made.status >= 300) throw new Error(`add tenant: ${JSON.stringify(made.body)}`);
      await admin(`/admin/tenants/${cloud.tenantId}/consent`, {});
      const state = new URL(made.body.consentUrl).searchParams.get("state") ?? "";
      const back = new URLSearchParams({ admin_consent: "True", tenant: cloud.tenantId, state });
      await fetch(`${base}/api/consent/callback?${back}`, { redirect: "manual" });
      if (choice.waitForScan ?? true)
        await until("the scan completes", async () => {
          const { body } = await ask<TenantRow>(`/api/tenants/${made.body.tenantId}`, { as });
          return ["baselining", "trial", "active"].includes(body.phase);
        });
      return made.body.tenantId;
    },

    /**
     * Moves all three clocks (D23): the simulated cloud's, the one of API and worker, and Temporal's for the monitoring of
     * these tenants of ours.
     */
    moveClocks: async (byMs: number, tenantIds: string[]): Promise<void> => {
      const { offsetMs } = await admin<{ offsetMs: number }>("/admin/clock", { advanceMs: byMs });
      writeFileSync(clockFile, JSON.stringify({ offsetMs }));
      await sleep(CLOCK_FILE_SEEN_MS);
      for (const id of tenantIds) await fastForwardAt(temporal, workflowIds.monitor(id), byMs / 1000);
    },

    incidents: async (as: Person, tenantId: string): Promise<IncidentCard[]> =>
      (await ask<IncidentCard[]>(`/api/incidents?tenantId=${tenantId}`, { as })).body,
    incident: async (as: Person, id: string): Promise<IncidentView> =>
      (await ask<IncidentView>(`/api/incidents/${id}`, { as })).body,

    /** Orders something of an incident and waits for the end of it. */
    order: async (as: Person, incidentId: string, input: CommandInput, commandId: string = crypto.randomUUID()) => {
      const { planVersion } = await house.incident(as, incidentId);
      const sent = await ask<CommandView>(`/api/incidents/${incidentId}/commands`, {
        as,
        method: "POST",
        body: { commandId, planVersion, input },
      });
      if (sent.status !== 202) return { status: sent.status, command: sent.body };
      const command = await until(`${input.kind} ends`, async () => {
        const { body } = await ask<CommandView>(`/api/commands/${commandId}`, { as });
        return ["done", "refused", "failed", "expired", "withdrawn"].includes(body.state) ? body : undefined;
      });
      return { status: sent.status, command };
    },

    close: async () => {
      await end(worker);
      await end(api);
      await mail.close();
      await simulator.close();
      await factories.close();
      await authDb.close();
      await sql.end({ timeout: 5 });
      await database.close();
      reaper.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return house;
}

export type House = Awaited<ReturnType<typeof openHouse>>;
type Running = { child: ChildProcess; log: () => string; ended: Promise<void> };
export type CloudTenant = {
  tenantId: string;
  displayName: string;
  domain: string;
  victim: { objectId: string; upn: string } | null;
};

/** Asks again until the answer is true-ish; the error names what never came. */
export async function until<T>(what: string, probe: () => Promise<T | undefined | false>, seconds = 180): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${seconds} s in vain: ${what}.`);
    await sleep(100);
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.ok,
    () => false,
  );
