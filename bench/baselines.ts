import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PerformanceObserver } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { Baselines, CLEAN } from "#detections/world/baseline.ts";
import { DAY, type Seen, SILENT } from "#detections/world/seen.ts";
import { networkOf } from "#domain/event/address.ts";
import { BareTable } from "./bare-table.ts";
import { Drawer, type Drawn } from "./baselines-input.ts";
import { calibrate, MOST_DRIFT, median, processorTime, say, spread } from "./measure.ts";

/*
 * Baselines of very many accounts: placing a record and learning from it, beside the same look-ups in a bare hash table
 * that knows nothing else, among few accounts and among many, in turns. Then the tables as bytes, beside a plain write.
 */
const { values } = parseArgs({
  options: {
    users: { type: "string", default: "1000000" },
    few: { type: "string", default: "10000" },
    events: { type: "string", default: "100000" },
    rounds: { type: "string", default: "5" },
    seed: { type: "string", default: "20261129" },
  },
});
const many = Number(values.users);
const few = Number(values.few);
const stream = Number(values.events);
const rounds = Math.max(5, Number(values.rounds));
const seed = Number(values.seed);
const PER_USER = 12;
const DAYS = 60;
const BATCH = 50_000;
const GOALS = { bare: 0.5, growth: 1.5, bytes: 512, snapshot: 1.5, restoreMsPerMillion: 1000 };

type Filled = { baselines: Baselines; stream: Drawn[]; bare: BareTable };

const see = (baselines: Baselines, { seen, account }: Drawn): void => baselines.see(seen, account, CLEAN, []);

/** The place is let go at once: what a million kept ones cost the collector is not what is measured. */
function seeOnly(baselines: Baselines, drawn: Drawn): void {
  see(baselines, drawn);
  drawn.seen.place = SILENT;
}

/**
 * What one record asks of a table, each once: the account's values, the client's and the address's as those that go with
 * a device, the client's as one without, the colleague on the network, and the network's provider.
 */
function keysOf({ seen, account }: Drawn): { owner: string; values: string[] } {
  const { facts, event } = seen;
  const ip = facts.ip!;
  const agent = `${facts.agent!.family}/${facts.agent!.os}`;
  const network = networkOf(ip.ip);
  const own = [ip.ip, network, String(ip.asn), ip.country!, agent, event.client.deviceId ?? "none"];
  return { owner: account.key, values: [...own, agent, agent, ip.ip, network, `as${ip.asn}`] };
}

function fill(users: number): Filled {
  const drawer = new Drawer(users, PER_USER, DAYS, seed);
  const baselines = Baselines.empty(seed);
  const bare = new BareTable();
  for (let left = users * PER_USER; left > 0; left -= BATCH)
    for (const drawn of drawer.draw(Math.min(left, BATCH), false)) {
      see(baselines, drawn);
      const { owner, values: held } = keysOf(drawn);
      bare.put(owner, held);
    }
  return { baselines, stream: drawer.draw(stream, true), bare };
}

const later = (list: readonly Drawn[]): void => {
  for (const { seen } of list) seen.at += DAY;
};

/** Nanoseconds of processor time a record. */
function timed(list: readonly Drawn[], each: (drawn: Drawn) => void): number {
  const started = processorTime();
  for (const drawn of list) each(drawn);
  return ((processorTime() - started) * 1e6) / list.length;
}

function timedBare(bare: BareTable, keys: readonly ReturnType<typeof keysOf>[]): number {
  const started = processorTime();
  let found = 0;
  for (const { owner, values: held } of keys) found += bare.probe(owner, held);
  if (found === 0) throw new Error("The bare table holds nothing of the stream.");
  return ((processorTime() - started) * 1e6) / keys.length;
}

const standing = (seen: Seen): string => JSON.stringify(seen.place);

/** The same records placed by both: what differs is wrong. */
function differing(one: Baselines, other: Baselines, list: readonly Drawn[]): number {
  let wrong = 0;
  for (const drawn of list) {
    see(one, drawn);
    const place = standing(drawn.seen);
    see(other, drawn);
    if (standing(drawn.seen) !== place) wrong += 1;
  }
  return wrong;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

const pauses: number[] = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) pauses.push(entry.duration);
}).observe({ entryTypes: ["gc"] });

const before = calibrate(processorTime);
say(`Filling: ${few} and ${many} accounts, ${PER_USER} records each, seed ${seed} ...`);
const small = fill(few);
const large = fill(many);
const each = large.baselines.bytes / many;
say(
  `${many} accounts: ${(large.baselines.bytes / 1e6).toFixed(0)} MB, ${each.toFixed(0)} B an account; goal at most ${GOALS.bytes}`,
);

const keys = large.stream.map(keysOf);
const taken = { small: [] as number[], large: [] as number[], bare: [] as number[] };
const [odd, plain] = [
  { all: 0, strange: 0 },
  { all: 0, strange: 0 },
];
const away = new Set<string>();
for (const drawn of large.stream) {
  see(large.baselines, drawn);
  // Who is drawn as odd for the second time has been there before.
  if (drawn.isOdd && away.has(drawn.account.key)) continue;
  if (drawn.isOdd) away.add(drawn.account.key);
  const count = drawn.isOdd ? odd : plain;
  count.all += 1;
  if (drawn.seen.place.standing === "new" && drawn.seen.place.strangeness > 1.5) count.strange += 1;
}
later(large.stream);
pauses.length = 0;
for (let round = 0; round < rounds; round++) {
  taken.bare.push(timedBare(large.bare, keys));
  taken.large.push(timed(large.stream, (drawn) => seeOnly(large.baselines, drawn)));
  taken.small.push(timed(small.stream, (drawn) => seeOnly(small.baselines, drawn)));
  later(large.stream);
  later(small.stream);
}
await new Promise((resolve) => setImmediate(resolve));
const pause = pauses.toSorted((a, b) => a - b)[Math.floor(pauses.length * 0.99)] ?? 0;

const folder = mkdtempSync(join(tmpdir(), "petra-bench-baselines-"));
const writes = { snapshot: [] as number[], plain: [] as number[], restore: [] as number[] };
let restored = large.baselines;
try {
  for (let round = 0; round < 3; round++) {
    const open = {
      accounts: openSync(join(folder, "accounts"), "w"),
      networks: openSync(join(folder, "networks"), "w"),
    };
    let started = performance.now();
    large.baselines.write((table, piece) => writeAll(open[table], piece));
    writes.snapshot.push(performance.now() - started);
    for (const file of Object.values(open)) closeSync(file);
    started = performance.now();
    const accounts = readFileSync(join(folder, "accounts"));
    const networks = readFileSync(join(folder, "networks"));
    const reading = performance.now() - started;
    const file = openSync(join(folder, "plain"), "w");
    started = performance.now();
    for (const bytes of [accounts, networks]) writeAll(file, bytes);
    writes.plain.push(performance.now() - started);
    closeSync(file);
    started = performance.now();
    restored = Baselines.adopt({ accounts, networks });
    writes.restore.push(reading + performance.now() - started);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const wrong = differing(large.baselines, restored, large.stream);
const drift = Math.abs(calibrate(processorTime) / before - 1);
const share = median(taken.bare.map((bare, i) => bare / taken.large[i]!));
const growth = median(taken.large.map((ns, i) => ns / taken.small[i]!));
const snapshot = median(writes.snapshot.map((ms, i) => ms / writes.plain[i]!));
const restoreMs = (median(writes.restore) * 1e6) / many;
say(`bare hash table, ${many}: ${spread(taken.bare, "ns a record", 0)}`);
say(`ours, ${many}: ${spread(taken.large, "ns a record", 0)}`);
say(`ours, ${few}: ${spread(taken.small, "ns a record", 0)}`);
say(`ours / bare, rate: ${share.toFixed(2)}x; goal at least ${GOALS.bare}x`);
say(`${many} / ${few} accounts: ${growth.toFixed(2)}x; goal at most ${GOALS.growth}x`);
say(`snapshot and write / write: ${snapshot.toFixed(2)}x; goal at most ${GOALS.snapshot}x`);
say(`read and restore: ${restoreMs.toFixed(0)} ms a million accounts; goal at most ${GOALS.restoreMsPerMillion}`);
say(
  `strange: ${odd.strange} of ${odd.all} odd records, ${plain.strange} of ${plain.all} others; ${wrong} placed otherwise after restoring; GC pause p99 ${pause.toFixed(1)} ms`,
);
const isVoid = drift > MOST_DRIFT;
say(`Calibrator drifted ${(drift * 100).toFixed(1)} %${isVoid ? ": the run is void" : ""}.`);
const ok =
  wrong === 0 &&
  odd.strange === odd.all &&
  plain.strange < plain.all / 100 &&
  share >= GOALS.bare &&
  growth <= GOALS.growth &&
  each <= GOALS.bytes &&
  snapshot <= GOALS.snapshot &&
  restoreMs <= GOALS.restoreMsPerMillion;
const round = (n: number): number => Math.round(n * 1000) / 1000;
say(
  JSON.stringify({
    bench: "baselines",
    users: [few, many],
    rounds,
    seed,
    bytes: round(each),
    bareNs: round(median(taken.bare)),
    oursNs: round(median(taken.large)),
    oursFewNs: round(median(taken.small)),
    share: round(share),
    growth: round(growth),
    snapshot: round(snapshot),
    restoreMs: round(restoreMs),
    pauseMs: round(pause),
    differing: wrong,
    drift: round(drift),
    void: isVoid,
    ok,
  }),
);
process.exitCode = ok && !isVoid ? 0 : 1;
