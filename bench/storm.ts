import { parseArgs } from "node:util";
import { createTestServers, TEST_PG_URL, TEST_TEMPORAL_ADDRESS } from "#cli/servers/test-servers.ts";
import { type CloudTenant, type House, MANY_LOCKS, openHouse, until } from "../scenarios/house.ts";
import { openEmpty } from "./empty.ts";

/*
 * Many accounts attacked at the same moment, each in a tenant of its own: how long until all are locked, against the rate at
 * which the same server runs empty workflows in the same run; and whether any phish was moved before the last lock.
 */
const { values } = parseArgs({ options: { n: { type: "string", default: "200" } } });
const count = Number(values.n);
const EMPTIES_AT_ONCE = 20;
const STORY = "aitm-mail-rule";
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Empty workflows a second, with several at once. */
async function rateOf(empty: Awaited<ReturnType<typeof openEmpty>>): Promise<number> {
  const started = performance.now();
  let left = count;
  const one = async () => {
    while (left-- > 0) await empty.run();
  };
  await Promise.all(Array.from({ length: EMPTIES_AT_ONCE }, one));
  return (count / (performance.now() - started)) * 1000;
}

async function storm(house: House): Promise<void> {
  const org = await house.factories.org({ name: "Northgate IT" });
  const admin = await house.person(org.id, { role: "admin" });
  say(`Making and onboarding ${count} tenants ...`);
  const victims: CloudTenant[] = [];
  for (let n = 0; n < count; n++) {
    const cloud = await house.cloudTenant(STORY, `storm-${n}`, { people: 6 });
    await house.onboard(admin, cloud, { responseEnabled: true });
    victims.push(cloud);
  }
  const empty = await openEmpty();
  const rate = await rateOf(empty);
  await empty.close();
  for (const { tenantId } of victims) await house.attack(tenantId);
  const began = Date.now();
  await house.sql`select pg_notify('petra_poll', '')`;
  const [end] = await until(
    "all are locked",
    async () => {
      const rows = await house.sql<{ n: number; last: Date }[]>`
        select count(*)::int as n, max(lock_accepted_at) as last from incidents where lock_accepted_at is not null`;
      return (rows[0]?.n ?? 0) >= count && rows;
    },
    900,
  );
  const took = ((end?.last.getTime() ?? Number.NaN) - began) / 1000;
  const goal = (1.5 * count) / rate;
  const [early] = await house.sql<{ n: number }[]>`
    select count(*)::int as n from actions where kind = 'move-message' and sent_at < ${end?.last ?? new Date()}`;
  say(`${count} at once: all locked after ${took.toFixed(1)} s; empty workflows ran at ${rate.toFixed(1)} a second`);
  say(
    `ratio to 1.5 x ${count} / rate: ${(took / goal).toFixed(2)} (goal 1), mails moved before the last lock: ${early?.n}`,
  );
}

const servers = createTestServers(say);
try {
  process.env[TEST_PG_URL] = (await servers.postgres()).url;
  process.env[TEST_TEMPORAL_ADDRESS] = (await servers.temporal()).address;
  const house = await openHouse({ pollMs: 600_000 });
  try {
    await house.startWorker(MANY_LOCKS);
    await storm(house);
  } finally {
    await house.close();
  }
} finally {
  await servers.stop();
}
