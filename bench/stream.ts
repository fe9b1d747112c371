import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { startPostgres } from "#cli/servers/postgres.ts";
import { startReaper } from "#cli/servers/reaper.ts";
import { TEST_PG_URL } from "#cli/servers/test-servers.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import { openStored, type Stored } from "#db/test/stored.ts";
import { calibrate, MOST_DRIFT, median, random, say, spread } from "./measure.ts";
import { drawPages } from "./pages.ts";
import type { Feed, Order } from "./stream-worker.ts";

/*
 * Gzip pages in; rows with their indexes, raw pages and cursors durable: two processes on a Postgres of their own, beside
 * reading the same pages alone (gunzip and JSON.parse, two processes) and beside the server's own COPY of the same rows into
 * a table with the same indexes (two sessions). Then the same with the processes killed again and again.
 */
const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    page: { type: "string", default: "500" },
    tenants: { type: "string", default: "10" },
    rounds: { type: "string", default: "5" },
    kills: { type: "string", default: "10" },
    seed: { type: "string", default: "20261129" },
  },
});
const count = Number(values.events);
const rounds = Math.max(5, Number(values.rounds));
const kills = Number(values.kills);
const seed = Number(values.seed);
const PROCESSES = 2;
const PEOPLE = 300;
const GOAL = 0.6;

type Share = { files: string[]; pages: Feed["pages"][] };

const folder = mkdtempSync(join(tmpdir(), "petra-bench-stream-"));
chmodSync(folder, 0o711);
const rows = join(folder, "rows");
mkdirSync(rows);
chmodSync(rows, 0o777);
const reaper = startReaper(folder);

/** The pages as files, dealt out to tenants and those to processes. */
function deal(): Share[] {
  const tenants = Array.from({ length: Number(values.tenants) }, (): Feed["pages"] => []);
  for (const [i, page] of drawPages(count, Number(values.page), seed, { people: PEOPLE }).entries()) {
    const file = join(folder, `${i}.gz`);
    writeFileSync(file, gzipSync(page.text));
    tenants[i % tenants.length]!.push({ file, source: page.source });
  }
  return Array.from({ length: PROCESSES }, (_, n) => {
    const pages = tenants.filter((_, i) => i % PROCESSES === n);
    return { pages, files: pages.flat().map(({ file }) => file) };
  });
}

async function begin(share: Share): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, "stream-worker.ts"), share.files);
  await once(child, "message");
  return child;
}

async function done(child: ChildProcess): Promise<void> {
  const [answer] = (await once(child, "message")) as [string];
  if (answer !== "done") throw new Error(answer);
}

async function told(children: readonly ChildProcess[], orders: readonly Order[]): Promise<number> {
  const started = performance.now();
  const all = children.map(done);
  for (const [i, child] of children.entries()) child.send(orders[i]!);
  await Promise.all(all);
  return (count / (performance.now() - started)) * 1000;
}

/** A database with the tenants in it, and who stores what. */
async function open(shares: readonly Share[]): Promise<{ database: TestDatabase; orders: Order[] }> {
  const database = await createTestDatabase();
  const make = createFactories(database.superUrl);
  const org = await make.org();
  const orders: Order[] = [];
  for (const { pages } of shares) {
    const feeds: Feed[] = [];
    for (const list of pages) {
      const tenant = await make.tenant(org.id);
      feeds.push({ owner: { orgId: org.id, tenantId: tenant.id, tenantKey: tenant.key }, pages: list });
    }
    orders.push({ do: "store", url: database.urls.worker, feeds });
  }
  await make.close();
  return { database, orders };
}

async function kept(database: TestDatabase): Promise<Stored> {
  const stored = openStored(database.superUrl);
  const count = await stored.count();
  await stored.close();
  return count;
}

/** Stores everything with processes that are killed at any moment; answers how often. */
async function underKills(shares: readonly Share[], orders: readonly Order[]): Promise<number> {
  const next = random(seed);
  let killed = 0;
  await Promise.all(
    shares.map(async (share, i) => {
      for (;;) {
        const child = await begin(share);
        const finished = done(child).then(() => true);
        child.send(orders[i]!);
        const isLast = killed >= kills;
        const ended = isLast ? await finished : await Promise.race([finished, sleep(150 + next() * 1500, false)]);
        finished.catch(() => false);
        child.kill("SIGKILL");
        if (ended) return;
        killed += 1;
      }
    }),
  );
  return killed;
}

async function main(): Promise<number> {
  const shares = deal();
  const pages = shares.flatMap(({ files }) => files).length;
  const server = await startPostgres({ dataDir: join(folder, "postgres") });
  reaper.watch([server.pid]);
  process.env[TEST_PG_URL] = server.url;
  const children = await Promise.all(shares.map(begin));
  try {
    say(`${count} records in ${pages} gzip pages, ${values.tenants} tenants, seed ${seed}.`);
    const first = await open(shares);
    await told(children, first.orders);
    const whole = await kept(first.database);
    const stored = openStored(first.database.superUrl);
    await stored.copyOut(rows);
    const before = calibrate();
    const taken = { parse: [] as number[], copy: [] as number[], ours: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      taken.parse.push(
        await told(
          children,
          children.map(() => ({ do: "parse" })),
        ),
      );
      taken.copy.push((count / (await stored.copyIn(rows))) * 1000);
      const { database, orders } = await open(shares);
      taken.ours.push(await told(children, orders));
      await database.close();
    }
    const drift = Math.abs(calibrate() / before - 1);
    await stored.close();
    const killed = await open(shares);
    const times = await underKills(shares, killed.orders);
    const after = await kept(killed.database);
    const isOnce = JSON.stringify(after) === JSON.stringify(whole) && whole.events === whole.distinct;
    const isWhole = whole.events === count && whole.pages === pages && whole.records === count;
    say(
      `Killed ${times} times: ${after.events} rows of ${count}, ${after.pages} pages of ${pages}; ${isOnce ? "each once" : "NOT each once"}.`,
    );
    return report(taken, drift, { times, ok: isOnce && isWhole });
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await server.stop();
    reaper.release();
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(
  taken: { parse: number[]; copy: number[]; ours: number[] },
  drift: number,
  kill: { times: number; ok: boolean },
): number {
  const shares = taken.ours.map((ours, i) => ours / Math.min(taken.parse[i]!, taken.copy[i]!));
  say(`gunzip and JSON.parse, ${PROCESSES} processes: ${spread(taken.parse, "records/s", 0)}`);
  say(`COPY, 2 sessions: ${spread(taken.copy, "rows/s", 0)}`);
  say(`ours: ${spread(taken.ours, "records/s", 0)}`);
  say(`ours / the slower of the two: ${spread(shares, "x")}; goal at least ${GOAL}x`);
  const isVoid = drift > MOST_DRIFT;
  say(`Calibrator drifted ${(drift * 100).toFixed(1)} %${isVoid ? ": the run is void" : ""}.`);
  const ok = kill.ok && median(shares) >= GOAL;
  const round = (n: number): number => Math.round(n * 1000) / 1000;
  say(
    JSON.stringify({
      bench: "stream",
      records: count,
      tenants: Number(values.tenants),
      rounds,
      seed,
      parse: round(median(taken.parse)),
      copy: round(median(taken.copy)),
      ours: round(median(taken.ours)),
      share: round(median(shares)),
      kills: kill.times,
      once: kill.ok,
      drift: round(drift),
      void: isVoid,
      ok,
    }),
  );
  return ok && !isVoid ? 0 : 1;
}

process.exitCode = await main();
