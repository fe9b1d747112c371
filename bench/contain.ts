import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { createTestServers, TEST_PG_URL, TEST_TEMPORAL_ADDRESS } from "#cli/servers/test-servers.ts";
import { type CloudTenant, type House, MANY_LOCKS, openHouse, until } from "../scenarios/house.ts";
import { openEmpty } from "./empty.ts";
import { type Percentiles, percentiles, say } from "./measure.ts";
import { openScans } from "./scans.ts";

/*
 * How long from the poll that sees the decisive record to revoke and disable accepted, against an empty workflow with one
 * activity on the same server in the same run. The simulated cloud answers without delay. One attack after the other, each
 * in a tenant of its own with ordinary work behind it. With --scans half of them, in turns of a block each, come while so many
 * other tenants are scanned for the first time.
 */
const { values } = parseArgs({
  options: {
    n: { type: "string", default: "30" },
    warmup: { type: "string", default: "5" },
    people: { type: "string", default: "8" },
    story: { type: "string", default: "aitm-mail-rule" },
    scans: { type: "string", default: "0" },
    block: { type: "string", default: "5" },
  },
});
const count = Number(values.n);
const warmUp = Number(values.warmup);
const scanCount = Number(values.scans);
const block = Math.min(Number(values.block), Math.ceil(count / 2));
const EMPTY_EACH = 3;
const KICK_EVERY_MS = 2_000;

/** Parts of the way, ms; the sum of all is the whole. */
type Way = { total: number; parts: Record<string, number>; from: Date; to: Date };
type Measured = { way: Way; empties: number[]; scans: number };

const ms = (value: number): string => `${value.toFixed(1).padStart(8)} ms`;

async function contain(house: House, victim: { tenantId: string; cloud: CloudTenant }): Promise<Way> {
  const { tenantId, cloud } = victim;
  await house.attack(cloud.tenantId);
  // As a webhook would: the tenant is polled now and not at its turn; again if that was too early.
  let kickedAt = Number.NEGATIVE_INFINITY;
  const [row] = await until("the lock is accepted", async () => {
    if (performance.now() - kickedAt > KICK_EVERY_MS) {
      kickedAt = performance.now();
      await house.sql`select pg_notify('petra_poll', ${tenantId})`;
    }
    const rows = await house.sql<Row[]>`
      select id, ingested_at, detected_at, lock_accepted_at from incidents
      where tenant_id = ${tenantId} and lock_accepted_at is not null`;
    return rows.length > 0 && rows;
  });
  if (!row) throw new Error("no incident");
  const writes = await house.sql<Write[]>`
    select kind, planned_at, sent_at, accepted_at from actions
    where incident_id = ${row.id} and step_id = 'revoke-and-lock' order by planned_at, sent_at`;
  const [opened] = await house.sql<{ at: Date }[]>`
    select last_event_at as at from tenants where id = ${tenantId}`;
  const [revoke] = writes.filter((w) => w.kind === "revoke-sessions");
  const disable = writes.find((w) => w.kind === "disable-account");
  const stops: [string, number][] = [
    ["poll → page and events stored", opened?.at.getTime() ?? Number.NaN],
    ["→ read and judged", row.detected_at.getTime()],
    ["→ written down, account read", revoke?.planned_at.getTime() ?? Number.NaN],
    ["→ asked, both requests sent", disable?.sent_at.getTime() ?? Number.NaN],
    ["→ both accepted", row.lock_accepted_at.getTime()],
  ];
  const parts: Record<string, number> = {};
  let before = row.ingested_at.getTime();
  for (const [name, at] of stops) {
    parts[name] = at - before;
    before = at;
  }
  const { ingested_at: from, lock_accepted_at: to } = row;
  return { total: to.getTime() - from.getTime(), parts, from, to };
}
type Row = { id: string; ingested_at: Date; detected_at: Date; lock_accepted_at: Date };
type Write = { kind: string; planned_at: Date; sent_at: Date; accepted_at: Date };

async function measure(): Promise<boolean> {
  // Nobody is polled while another is measured: as in production, each tenant has its turn once a minute.
  const house = await openHouse({ pollMs: 600_000 });
  const empty = await openEmpty();
  try {
    await house.startWorker(MANY_LOCKS);
    const org = await house.factories.org({ name: "Northgate IT" });
    const admin = await house.person(org.id, { role: "admin" });
    const scans = openScans(house, admin, scanCount);
    say(`Making and onboarding ${count + warmUp} tenants ...`);
    const victims: { tenantId: string; cloud: CloudTenant }[] = [];
    for (let i = 0; i < count + warmUp; i++) {
      const cloud = await house.cloudTenant(values.story, `bench-${i}`, { people: Number(values.people) });
      victims.push({ cloud, tenantId: await house.onboard(admin, cloud, { responseEnabled: true }) });
    }
    const one = async (victim: (typeof victims)[number]): Promise<Measured> => {
      const empties: number[] = [];
      for (let n = 0; n < EMPTY_EACH; n++) empties.push(await empty.run());
      const way = await contain(house, victim);
      return { way, empties, scans: await scans.throughout(way.from, way.to) };
    };
    for (const victim of victims.slice(0, warmUp)) await one(victim);
    const alone: Measured[] = [];
    const scanned: Measured[] = [];
    for (const [n, victim] of victims.slice(warmUp).entries()) {
      const isScanned = scanCount > 0 && Math.floor(n / block) % 2 === 1;
      await (isScanned ? scans.keepUp() : scans.over());
      (isScanned ? scanned : alone).push(await one(victim));
    }
    return report(alone, scanned);
  } catch (error) {
    say(house.logs().worker.slice(-2000));
    throw error;
  } finally {
    await empty.close();
    await house.close();
  }
}

/** Prints both halves; false where an incident had no scan beside it, or one of those alone had one. */
function report(alone: Measured[], scanned: Measured[]): boolean {
  const without = table("alone", alone);
  if (scanCount === 0) return true;
  const beside = table(`with ${scanCount} tenants under their first scan`, scanned);
  say(
    `\nratio of p99 with scans to alone ${(beside.p99 / without.p99).toFixed(2)} (goal 1.5), p50 ${(beside.p50 / without.p50).toFixed(2)}`,
  );
  say(`scans that ran all through each incident: ${scanned.map(({ scans }) => scans).join(" ")}`);
  const isVoid =
    scanned.length === 0 || scanned.some(({ scans }) => scans === 0) || alone.some(({ scans }) => scans > 0);
  if (isVoid)
    say(
      "The measurement is void: an incident that was to have scans beside it had none, or one of those alone had one.",
    );
  return !isVoid;
}

function table(what: string, measured: Measured[]): Percentiles {
  const ways = measured.map(({ way }) => way);
  const empties = measured.flatMap((one) => one.empties);
  const whole = percentiles(ways.map((way) => way.total));
  const nothing = percentiles(empties);
  say(
    `\n${ways.length} incidents ${what}, ${empties.length} empty workflows; ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`,
  );
  say(`${"".padEnd(34)}${"p50".padStart(11)}${"p99".padStart(11)}${"max".padStart(11)}`);
  const line = (name: string, { p50, p99, max }: Percentiles) =>
    say(`${name.padEnd(34)}${ms(p50)}${ms(p99)}${ms(max)}`);
  line("poll to revoke + disable accepted", whole);
  for (const name of Object.keys(ways[0]?.parts ?? {}))
    line(`  ${name}`, percentiles(ways.map((way) => way.parts[name] ?? Number.NaN)));
  line("empty workflow with one activity", nothing);
  say(
    `ratio p50 ${(whole.p50 / nothing.p50).toFixed(2)} (goal 1.5), p99 ${(whole.p99 / nothing.p99).toFixed(2)} (goal 3)`,
  );
  return whole;
}

const servers = createTestServers(say);
try {
  process.env[TEST_PG_URL] = (await servers.postgres()).url;
  process.env[TEST_TEMPORAL_ADDRESS] = (await servers.temporal()).address;
  if (!(await measure())) process.exitCode = 1;
} finally {
  await servers.stop();
}
