import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { POLLED_SOURCES } from "#activities/ingest/sources.ts";
import { bundleWorkflows } from "#temporal/bundle.ts";
import { type CloudTenant, type House, MANY_LOCKS, openHouse, type Person, until } from "../scenarios/house.ts";
import { openMortalServers } from "../scenarios/kill-servers.ts";
import type { Truth } from "../scenarios/truth.ts";
import { percentiles, random, say } from "./measure.ts";

/*
 * A process dies in the middle of containment: how long from the moment it is back until the account is locked. The middle
 * is a random moment within 400 ms after the poll that sees the attack began. After the death nobody tells the collectors
 * anything: each tenant has its turn once a minute, as in production, and what was begun goes on by itself or it does not.
 */
const PROCESSES = ["worker", "temporal", "postgres"] as const;
type Process = (typeof PROCESSES)[number];
type Servers = Awaited<ReturnType<typeof openMortalServers>>;
type Victim = { cloud: CloudTenant; tenantId: string };

const { values } = parseArgs({
  options: {
    n: { type: "string", default: "5" },
    process: { type: "string", default: PROCESSES.join(",") },
    seed: { type: "string", default: "20261130" },
  },
});
const count = Number(values.n);
const seed = Number(values.seed);
const wanted = values.process.split(",");
const GOAL_S = 10;
const STORY = "aitm-mail-rule";
const PEOPLE = 8;
const POLL_MS = 60_000;
const MIDDLE_MS = 400;
const KICK_EVERY_MS = 2_000;
/** Deaths that came too late do not count; so many times what is wanted is tried. */
const MOST_TRIES = 4;
const LOCKED_WITHIN_S = 300;

/** Seconds until the lock: since the process was back, at least 0, and since it died. */
type Death = { sinceBack: number; sinceDeath: number; isTooLate: boolean };
type Lock = { ingested_at: Date; detected_at: Date; lock_accepted_at: Date; asked_at: Date | null };

/** A customer with Response on, every source of which the living collector has polled. */
async function makeVictim(house: House, admin: Person, name: string): Promise<Victim> {
  const cloud = await house.cloudTenant(STORY, name, { people: PEOPLE });
  const tenantId = await house.onboard(admin, cloud, { responseEnabled: true });
  await until("every source is polled", async () => {
    const rows = await house.sql<{ source: string }[]>`select source from watermarks where tenant_id = ${tenantId}`;
    return POLLED_SOURCES.every(({ id }) => rows.some(({ source }) => source === id));
  });
  return { cloud, tenantId };
}

/** The attack, and the tenant's turn to be polled right after it; answers once Microsoft has been asked. */
async function attack(house: House, { cloud, tenantId }: Victim): Promise<void> {
  const asked = async () => {
    const { requests } = await house.truth<{ requests: { seq: number }[] }>(
      `/truth/requests?tenantId=${cloud.tenantId}`,
    );
    return requests.at(-1)?.seq ?? 0;
  };
  await house.attack(cloud.tenantId);
  const before = await asked();
  for (let kickedAt = Number.NEGATIVE_INFINITY; (await asked()) === before; await sleep(5)) {
    if (performance.now() - kickedAt < KICK_EVERY_MS) continue;
    kickedAt = performance.now();
    await house.sql`select pg_notify('petra_poll', ${tenantId})`;
  }
}

/** With its workflows bundled before, as the image of a worker has them. */
async function startWorker(house: House): Promise<void> {
  const bundle = join(house.folder, "workflows.js");
  writeFileSync(bundle, code);
  await house.startWorker({ ...MANY_LOCKS, PETRA_WORKFLOW_BUNDLE: bundle });
}

/** Kills the process and answers when it is back: its health answers, or it accepts connections. */
async function killAndRevive(house: House, servers: Servers, which: Process): Promise<void> {
  if (which === "worker") {
    await house.killWorker();
    return startWorker(house);
  }
  const revived = servers.revive(which);
  process.kill(servers.pidOf(which), "SIGKILL");
  return revived;
}

async function untilLocked(house: House, tenantId: string): Promise<Lock> {
  const read = () => house.sql<Lock[]>`
    select i.ingested_at, i.detected_at, i.lock_accepted_at,
      (select min(a.sent_at) from actions a where a.incident_id = i.id) as asked_at
    from incidents i where i.tenant_id = ${tenantId} and i.lock_accepted_at is not null`;
  // A database that was dead a moment ago answers later.
  return until("the lock is accepted", async () => (await read().catch(() => []))[0], LOCKED_WITHIN_S);
}

/** How far containment had come at this moment. */
function reached({ ingested_at, detected_at, asked_at, lock_accepted_at }: Lock, at: Date): string {
  if (ingested_at > at) return "nothing stored";
  if (detected_at > at) return "stored, not judged";
  if (!asked_at || asked_at > at) return "judged, nothing asked";
  return lock_accepted_at > at ? "asked, not accepted" : "already locked";
}

async function die(house: House, servers: Servers, which: Process, victim: Victim, delayMs: number): Promise<Death> {
  await attack(house, victim);
  await sleep(delayMs);
  const died = new Date();
  await killAndRevive(house, servers, which);
  const back = new Date();
  const lock = await untilLocked(house, victim.tenantId);
  const after = (lock.lock_accepted_at.getTime() - back.getTime()) / 1000;
  const sinceDeath = (lock.lock_accepted_at.getTime() - died.getTime()) / 1000;
  const isTooLate = lock.lock_accepted_at <= died;
  const away = ((back.getTime() - died.getTime()) / 1000).toFixed(1);
  const when = isTooLate ? "" : after > 0 ? `, locked ${after.toFixed(1)} s later` : ", locked while it was away";
  say(`  killed ${delayMs} ms after the poll began (${reached(lock, died)}), back after ${away} s${when}`);
  return { sinceBack: Math.max(0, after), sinceDeath, isTooLate };
}

/** Accounts that should be locked and are not, and writes nobody allowed. */
async function faults(house: House, victims: readonly Victim[]): Promise<number> {
  const { violations } = await house.truth<{ violations: unknown[] }>("/truth/violations");
  let open = 0;
  for (const { cloud } of victims) {
    const { users, victimId } = await house.truth<Truth>(`/truth/tenants/${cloud.tenantId}`);
    if (users.some((user) => user.objectId === victimId && user.accountEnabled)) open += 1;
  }
  if (open + violations.length > 0) say(`WRONG: ${open} accounts open, ${violations.length} violations`);
  return open + violations.length;
}

async function measure(servers: Servers, which: Process) {
  const next = random(seed + PROCESSES.indexOf(which));
  const house = await openHouse({ pollMs: POLL_MS });
  try {
    await startWorker(house);
    const org = await house.factories.org({ name: "Northgate IT" });
    const admin = await house.person(org.id, { role: "admin" });
    say(`${which}:`);
    const victims: Victim[] = [];
    const deaths: Death[] = [];
    const counted = () => deaths.filter(({ isTooLate }) => !isTooLate);
    while (counted().length < count && deaths.length < MOST_TRIES * count) {
      const victim = await makeVictim(house, admin, `${which}-${deaths.length}`);
      victims.push(victim);
      deaths.push(await die(house, servers, which, victim, Math.round(next() * MIDDLE_MS)));
    }
    const back = percentiles(counted().map(({ sinceBack }) => sinceBack));
    const death = percentiles(counted().map(({ sinceDeath }) => sinceDeath));
    const tooLate = deaths.length - counted().length;
    say(
      `  back to locked: p50 ${back.p50.toFixed(1)} s, max ${back.max.toFixed(1)} s (goal ${GOAL_S} s); death to locked: p50 ${death.p50.toFixed(1)} s, max ${death.max.toFixed(1)} s`,
    );
    say(`  ${counted().length} deaths of ${count}; already locked before it and not counted: ${tooLate}`);
    const isRight = (await faults(house, victims)) === 0 && counted().length === count;
    return { process: which, deaths: counted().length, tooLate, back, death, isRight };
  } catch (error) {
    say(house.logs().worker.slice(-2000));
    throw error;
  } finally {
    await house.close();
  }
}

const { code } = await bundleWorkflows();
const servers = await openMortalServers();
try {
  say(`Containment after a death, ${count} of each process, seed ${seed}.`);
  const results: Awaited<ReturnType<typeof measure>>[] = [];
  for (const which of PROCESSES) if (wanted.includes(which)) results.push(await measure(servers, which));
  const isRight = results.length > 0 && results.every((result) => result.isRight);
  say(
    JSON.stringify({ bench: "revive", seed, results, ok: isRight && results.every(({ back }) => back.max <= GOAL_S) }),
  );
  if (!isRight) process.exitCode = 1;
} finally {
  await servers.close();
}
