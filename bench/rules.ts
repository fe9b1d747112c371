import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { loadRules } from "#detections/sigma/load.ts";
import type { Raw } from "#detections/sigma/record.ts";
import { RuleSet } from "#detections/sigma/rule-set.ts";
import { calibrate, MOST_DRIFT, median, say, spread } from "./measure.ts";
import { drawEvents, LITERAL, multiplied, type RuleText } from "./rules-input.ts";

/*
 * What holding many Sigma rules against a record costs: ours beside sigma-go on the same parsed events, one core each,
 * in turns (sigma-go with the public rules, ours with them, ours with them multiplied). The rules read the events'
 * members by exactly their own names, in both engines, and the pairs of event and rule must be the same.
 */
const { values } = parseArgs({
  options: {
    rules: { type: "string" },
    events: { type: "string", default: "20000" },
    rounds: { type: "string", default: "5" },
    seed: { type: "string", default: "20261129" },
    many: { type: "string", default: "1500" },
  },
});
const SHARED = process.env.PETRA_SHARED ?? resolve(import.meta.dirname, "../../shared");
const folder = values.rules ?? join(SHARED, "datasets/sigma-rules/rules");
const rounds = Math.max(5, Number(values.rounds));
const MODULE = join(import.meta.dirname, "sigma-go");
const GOALS = { shareOfPeer: 1 / 20, growth: 1.5 };
/** Ours is so much shorter that one turn repeats it. */
const REPEATS = 10;
/** Pairs with the many rules are compared on this many events: the peer needs milliseconds for each. */
const COMPARED = 1_500;

/** The peer, built once from the pinned and checksummed versions of our module. */
function buildPeer(): string {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum", "main.go"]) hash.update(readFileSync(join(MODULE, file)));
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "petra", "bench");
  const program = join(cache, `sigma-go-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(program)) return program;
  say("Building sigma-go (about a minute) ...");
  mkdirSync(cache, { recursive: true });
  const fresh = `${program}.${process.pid}`;
  execFileSync("go", ["build", "-o", fresh, "."], {
    cwd: MODULE,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
  });
  renameSync(fresh, program);
  return program;
}

type Answer = { nanoseconds: number; matches: number; pairs?: [string, string][]; failing?: string[]; rules: number };

class Peer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async read(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("sigma-go ended early.");
    return JSON.parse(value);
  }

  async ask(what: "time" | "pairs", set: number, events: number): Promise<Answer> {
    this.#child.stdin!.write(`${what} ${set} ${events}\n`);
    return (await this.read()) as Answer;
  }

  close(): void {
    this.#child.stdin!.end();
  }
}

type Ours = { set: RuleSet; ids: string[] };

function ours(rules: readonly RuleText[]): Ours {
  const loaded = loadRules(
    rules.map(({ id, text }) => ({ file: id, text })),
    LITERAL,
  );
  if (loaded.refused.length > 0) throw new Error(`${loaded.refused[0]!.file}: ${loaded.refused[0]!.reason}`);
  return { set: new RuleSet(loaded.rules.map((rule) => rule.variants)), ids: loaded.rules.map((rule) => rule.file) };
}

/** Microseconds an event. */
function time({ set }: Ours, events: readonly Raw[]): number {
  const started = performance.now();
  let matches = 0;
  for (let turn = 0; turn < REPEATS; turn++) for (const event of events) matches += set.match("any", event).length;
  if (matches === 0) throw new Error("No rule holds for any event.");
  return ((performance.now() - started) * 1000) / (events.length * REPEATS);
}

const pairs = ({ set, ids }: Ours, events: readonly Raw[]): string[] =>
  events.flatMap((event, i) => set.match("any", event).map(({ rule }) => `${i} ${ids[rule]}`));

function difference(mine: readonly string[], theirs: readonly [string, string][]): string[] {
  const left = new Set(mine);
  const right = new Set(theirs.map(([event, rule]) => `${event} ${rule}`));
  return [
    ...[...left].filter((pair) => !right.has(pair)).map((pair) => `only ours: ${pair}`),
    ...[...right].filter((pair) => !left.has(pair)).map((pair) => `only sigma-go: ${pair}`),
  ];
}

async function main(): Promise<number> {
  if (!existsSync(folder)) {
    say(`No Sigma rules at ${folder}; set PETRA_SHARED or --rules.`);
    return 2;
  }
  const texts = globSync("**/*.yml", { cwd: folder })
    .sort()
    .map((file) => ({ id: file.split("/").at(-1)!, text: readFileSync(join(folder, file), "utf8") }));
  const work = mkdtempSync(join(tmpdir(), "petra-bench-rules-"));
  const put = (name: string, text: string): string => {
    writeFileSync(join(work, name), text);
    return join(work, name);
  };
  const lines = (events: readonly Raw[]): string => events.map((event) => JSON.stringify(event)).join("\n");
  const program = buildPeer();
  try {
    // Rules that the peer answers with an error on every event (keywords, null) are left out for both.
    const probe = put("probe.ndjson", lines(drawEvents(texts, [], 200, 1)));
    const first = new Peer(program, [probe, put("all.json", JSON.stringify(texts))]);
    await first.read();
    const failing = new Set((await first.ask("pairs", 0, 200)).failing);
    first.close();
    const few = texts.filter(({ id }) => !failing.has(id));
    const many = multiplied(few, Number(values.many));
    const events = drawEvents(few, many.slice(few.length), Number(values.events), Number(values.seed));
    const eventText = lines(events);
    const digest = createHash("sha256").update(eventText).digest("hex").slice(0, 16);
    const eventFile = put("events.ndjson", eventText);
    say(
      `${texts.length} public rules; left out, since sigma-go fails on them: ${[...failing].sort().join(", ") || "none"}.`,
    );
    say(
      `${events.length} events, seed ${values.seed}, sha256 ${digest}; ${few.length} rules and ${many.length} rules.`,
    );
    const small = ours(few);
    const large = ours(many);
    const peer = new Peer(program, [
      eventFile,
      put("few.json", JSON.stringify(few)),
      put("many.json", JSON.stringify(many)),
    ]);
    await peer.read();

    const parsed = events.map((event) => JSON.parse(JSON.stringify(event)) as Raw);
    const theirs = await peer.ask("pairs", 0, parsed.length);
    const theirsMany = await peer.ask("pairs", 1, COMPARED);
    const wrong = [
      ...difference(pairs(small, parsed), theirs.pairs ?? []),
      ...difference(pairs(large, parsed.slice(0, COMPARED)), theirsMany.pairs ?? []),
    ];
    for (const line of wrong.slice(0, 10)) say(line);
    say(
      `Pairs of event and rule: ${theirs.matches} with ${few.length} rules, ${theirsMany.matches} with ${many.length} on ${COMPARED} events; ${wrong.length} differ.`,
    );

    time(small, parsed);
    time(large, parsed);
    const before = calibrate();
    const taken = { peer: [] as number[], small: [] as number[], large: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      taken.peer.push((await peer.ask("time", 0, parsed.length)).nanoseconds / 1000 / parsed.length);
      taken.small.push(time(small, parsed));
      taken.large.push(time(large, parsed));
    }
    const drift = Math.abs(calibrate() / before - 1);
    peer.close();
    return report({
      taken,
      drift,
      wrong: wrong.length,
      matches: theirs.matches,
      few: few.length,
      many: many.length,
      digest,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function report(run: {
  taken: { peer: number[]; small: number[]; large: number[] };
  drift: number;
  wrong: number;
  matches: number;
  few: number;
  many: number;
  digest: string;
}): number {
  const { taken, drift, few, many } = run;
  const shares = taken.small.map((ours, i) => ours / taken.peer[i]!);
  const growths = taken.large.map((ours, i) => ours / taken.small[i]!);
  say(`sigma-go, ${few} rules: ${spread(taken.peer, "µs an event")}`);
  say(`ours, ${few} rules: ${spread(taken.small, "µs an event")}`);
  say(`ours, ${many} rules: ${spread(taken.large, "µs an event")}`);
  say(`ours / sigma-go: 1/${(1 / median(shares)).toFixed(1)}; goal at most 1/${1 / GOALS.shareOfPeer}`);
  say(`${many} / ${few} rules: ${spread(growths, "x")}; goal at most ${GOALS.growth} x`);
  const isVoid = drift > MOST_DRIFT;
  say(`Calibrator drifted ${(drift * 100).toFixed(1)} %${isVoid ? ": the run is void" : ""}.`);
  const ok = run.wrong === 0 && median(shares) <= GOALS.shareOfPeer && median(growths) <= GOALS.growth;
  const round = (n: number): number => Math.round(n * 1000) / 1000;
  say(
    JSON.stringify({
      bench: "rules",
      rules: [few, many],
      rounds,
      input: run.digest,
      matches: run.matches,
      differing: run.wrong,
      peerUs: round(median(taken.peer)),
      oursUs: round(median(taken.small)),
      oursManyUs: round(median(taken.large)),
      share: round(median(shares)),
      growth: round(median(growths)),
      drift: round(drift),
      void: isVoid,
      ok,
    }),
  );
  return ok && !isVoid ? 0 : 1;
}

process.exitCode = await main();
