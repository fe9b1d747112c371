import { parseArgs } from "node:util";
import { createTestServers, TEST_PG_URL, TEST_TEMPORAL_ADDRESS } from "#cli/servers/test-servers.ts";
import type { CampaignLine } from "#domain/view/campaign.ts";
import { type CloudTenant, type House, MANY_LOCKS, openHouse, type Person, until } from "../scenarios/house.ts";
import type { Truth } from "../scenarios/truth.ts";
import { openEmpty } from "./empty.ts";
import { percentiles, say } from "./measure.ts";

/*
 * Many accounts of many tenants attacked at the same moment by one campaign: how long until all are locked, against the rate
 * at which the same server runs empty workflows in the same run; whether any phish was moved before the last lock; and what
 * the simulated cloud and the portal say of it afterwards.
 */
const { values } = parseArgs({
  options: { n: { type: "string", default: "200" }, tenants: { type: "string", default: "40" } },
});
const count = Number(values.n);
const tenantCount = Math.min(count, Number(values.tenants));
const EMPTIES_AT_ONCE = 20;
const STORY = "aitm-mail-rule";
const CAMPAIGN = "storm";
/** Of a company's people two are administrators, and the simulated cloud has companies of 5 to 25. */
const ADMINISTRATORS = 2;
const PEOPLE = { least: 6, most: 25 };
const LOCKED_WITHIN_S = 900;
const LISTED_WITHIN_S = 60;

type Target = { cloud: CloudTenant; victims: number; enabledBefore: Set<string> };
type Locks = { incidents: number; locked: number; last: Date | null };

/** Empty workflows a second, with several at once. */
async function rateOfEmpties(): Promise<number> {
  const empty = await openEmpty();
  const started = performance.now();
  let left = count;
  const one = async () => {
    while (left-- > 0) await empty.run();
  };
  await Promise.all(Array.from({ length: EMPTIES_AT_ONCE }, one));
  const rate = (count / (performance.now() - started)) * 1000;
  await empty.close();
  return rate;
}

const truthOf = (house: House, { tenantId }: CloudTenant) => house.truth<Truth>(`/truth/tenants/${tenantId}`);
const mayWrite = (house: House, { tenantId }: CloudTenant, writesAllowed: boolean) =>
  house.admin(`/admin/tenants/${tenantId}/authority`, { writesAllowed });

async function makeTargets(house: House, admin: Person): Promise<Target[]> {
  const targets: Target[] = [];
  for (let n = 0; n < tenantCount; n++) {
    const victims = Math.floor(count / tenantCount) + (n < count % tenantCount ? 1 : 0);
    const people = Math.max(PEOPLE.least, victims + ADMINISTRATORS);
    const cloud = await house.cloudTenant(STORY, `storm-${n}`, { people });
    await house.onboard(admin, cloud, { responseEnabled: true });
    // Until somebody is attacked there nothing may be written.
    await mayWrite(house, cloud, false);
    const { users } = await truthOf(house, cloud);
    const enabledBefore = new Set(users.filter((user) => user.accountEnabled).map((user) => user.objectId));
    targets.push({ cloud, victims, enabledBefore });
  }
  return targets;
}

async function locksOf(house: House): Promise<Locks> {
  const [row] = await house.sql<Locks[]>`
    select count(*)::int as incidents, count(lock_accepted_at)::int as locked, max(lock_accepted_at) as last from incidents`;
  if (!row) throw new Error("no incidents");
  return row;
}

/** Accounts on the wrong side of the lock, by what the simulated cloud says. */
async function wrongSide(house: House, targets: readonly Target[]): Promise<{ open: number; bystanders: number }> {
  const wrong = { open: 0, bystanders: 0 };
  for (const { cloud, enabledBefore } of targets) {
    const { users, victimId, alsoAttacked } = await truthOf(house, cloud);
    const attacked = new Set([victimId, ...alsoAttacked.map((one) => one.victimId)]);
    for (const { objectId, accountEnabled } of users) {
      if (accountEnabled && attacked.has(objectId)) wrong.open += 1;
      if (!accountEnabled && !attacked.has(objectId) && enabledBefore.has(objectId)) wrong.bystanders += 1;
    }
  }
  return wrong;
}

/** How many accounts each campaign has that the portal lists, the biggest first. */
async function campaigns(house: House, admin: Person): Promise<number[]> {
  let sizes: number[] = [];
  const isOne = async () => {
    const { status, body } = await house.ask<CampaignLine[]>("/api/campaigns", { as: admin });
    if (status !== 200) throw new Error(`The list of campaigns answers ${status}: ${JSON.stringify(body)}`);
    sizes = body.map((line) => line.accounts).sort((a, b) => b - a);
    return sizes.length === 1 && sizes[0] === count;
  };
  // An incident that began with part of the records gets the attacker's other handles with the rest.
  await until("all in one campaign", isOne, LISTED_WITHIN_S).catch((error: Error) => say(error.message));
  return sizes;
}

async function storm(house: House): Promise<boolean> {
  const org = await house.factories.org({ name: "Northgate IT" });
  const admin = await house.person(org.id, { role: "admin" });
  say(`Making and onboarding ${tenantCount} tenants ...`);
  const targets = await makeTargets(house, admin);
  const rate = await rateOfEmpties();
  for (const { cloud, victims } of targets) {
    await mayWrite(house, cloud, true);
    await house.attack(cloud.tenantId, { victims, campaign: CAMPAIGN });
  }
  const began = Date.now();
  await house.sql`select pg_notify('petra_poll', '')`;
  const isAll = async () => (await locksOf(house)).locked >= count;
  await until("all are locked", isAll, LOCKED_WITHIN_S).catch((error: Error) => say(error.message));
  const wrong = await wrongSide(house, targets);
  const { violations } = await house.truth<{ violations: unknown[] }>("/truth/violations");
  const { incidents, locked, last } = await locksOf(house);
  const ways = await house.sql<{ ms: number }[]>`
    select extract(epoch from lock_accepted_at - ingested_at)::float8 * 1000 as ms
    from incidents where lock_accepted_at is not null`;
  const [early] = await house.sql<{ n: number }[]>`
    select count(*)::int as n from actions where kind = 'move-message' and sent_at < ${last}`;
  const sizes = await campaigns(house, admin);

  const took = ((last?.getTime() ?? Number.NaN) - began) / 1000;
  const ratio = took / ((1.5 * count) / rate);
  const way = percentiles(ways.map(({ ms }) => ms / 1000));
  say(
    `${count} accounts of ${tenantCount} tenants at once: ${locked === count ? "all" : `only ${locked}`} locked after ${took.toFixed(1)} s; empty workflows ran at ${rate.toFixed(1)} a second`,
  );
  say(`ratio to 1.5 x ${count} / rate: ${ratio.toFixed(2)} (goal 1), mails moved before the last lock: ${early?.n}`);
  say(
    `ingested to lock accepted: p50 ${way.p50.toFixed(1)} s, p99 ${way.p99.toFixed(1)} s, max ${way.max.toFixed(1)} s`,
  );
  say(
    `incidents ${incidents}; attacked and still enabled ${wrong.open}, not attacked and disabled ${wrong.bystanders}, violations ${violations.length}`,
  );
  say(`campaigns the portal lists: ${sizes.length}, accounts in the biggest: ${sizes[0] ?? 0}`);
  const isRight =
    locked === count &&
    incidents === count &&
    early?.n === 0 &&
    wrong.open + wrong.bystanders + violations.length === 0 &&
    sizes.length === 1 &&
    sizes[0] === count;
  say(
    JSON.stringify({
      bench: "storm",
      accounts: count,
      tenants: tenantCount,
      seconds: took,
      rate,
      ratio,
      way,
      early: early?.n,
      incidents,
      ...wrong,
      violations: violations.length,
      campaigns: sizes,
      ok: isRight && ratio <= 1,
    }),
  );
  return isRight;
}

const servers = createTestServers(say);
try {
  process.env[TEST_PG_URL] = (await servers.postgres()).url;
  process.env[TEST_TEMPORAL_ADDRESS] = (await servers.temporal()).address;
  const house = await openHouse({ pollMs: 600_000 });
  try {
    await house.startWorker(MANY_LOCKS);
    if (!(await storm(house))) process.exitCode = 1;
  } finally {
    await house.close();
  }
} finally {
  await servers.stop();
}
