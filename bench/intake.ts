import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { understandPage } from "#activities/ingest/understand.ts";
import { calibrate, MOST_DRIFT, median, processorTime, say, spread } from "./measure.ts";
import { drawPages } from "./pages.ts";

/*
 * From a page as Microsoft sends it to normalised events, beside JSON.parse of the same pages and nothing more, in turns on
 * one core. The events must be the same from pages whose records have their members in another order.
 */
const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    page: { type: "string", default: "500" },
    rounds: { type: "string", default: "5" },
    seed: { type: "string", default: "20261129" },
  },
});
const count = Number(values.events);
const perPage = Number(values.page);
const rounds = Math.max(5, Number(values.rounds));
const seed = Number(values.seed);
const GOAL = 0.9;

type Pages = ReturnType<typeof drawPages>;
type List = unknown[] | { value: unknown[] };

function read({ text, source }: Pages[number]) {
  const page = JSON.parse(text) as List;
  return understandPage(Array.isArray(page) ? page : page.value, source, () => ({}));
}

/** Microseconds of processor time a record. */
function time(pages: Pages, each: (page: Pages[number]) => unknown): number {
  const started = processorTime();
  for (const page of pages) each(page);
  return ((processorTime() - started) * 1000) / count;
}

const hashOf = (lines: Iterable<string>): string => {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line);
  return hash.digest("hex").slice(0, 16);
};

const pages = drawPages(count, perPage, seed);
const size = pages.reduce((sum, page) => sum + page.text.length, 0);
say(
  `${count} records, ${(size / count).toFixed(0)} B each, pages of ${perPage}, seed ${seed}, sha256 ${hashOf(pages.map((p) => p.text))}.`,
);

function reordered({ text, ...page }: Pages[number]): Pages[number] {
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turned);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, inner]) => [name, turned(inner)]),
    );
  };
  return { ...page, text: JSON.stringify(turned(JSON.parse(text)), null, 1) };
}

let [understood, wrong] = [0, 0];
for (const page of [...pages, ...drawPages(count / 10, perPage, seed + 1, { odd: true })]) {
  const one = read(page);
  const other = read(reordered(page));
  understood += one.understood.length;
  wrong += page.records - one.understood.length;
  for (const [i, { event }] of one.understood.entries())
    if (JSON.stringify(event) !== JSON.stringify(other.understood[i]?.event)) wrong += 1;
}
say(`${understood} understood; ${wrong} not, or otherwise with their members in another order.`);

for (const page of pages) read(page);
const before = calibrate(processorTime);
const taken = { parse: [] as number[], ours: [] as number[] };
for (let round = 0; round < rounds; round++) {
  taken.parse.push(time(pages, ({ text }) => JSON.parse(text)));
  taken.ours.push(time(pages, read));
}
const drift = Math.abs(calibrate(processorTime) / before - 1);
const share = median(taken.parse.map((parse, i) => parse / taken.ours[i]!));
say(`JSON.parse alone: ${spread(taken.parse, "µs a record")}`);
say(`page to events: ${spread(taken.ours, "µs a record")}`);
say(`ours / JSON.parse, rate: ${share.toFixed(2)}x; goal at least ${GOAL}x`);
const isVoid = drift > MOST_DRIFT;
say(`Calibrator drifted ${(drift * 100).toFixed(1)} %${isVoid ? ": the run is void" : ""}.`);
const ok = wrong === 0 && share >= GOAL;
const round = (n: number): number => Math.round(n * 1000) / 1000;
say(
  JSON.stringify({
    bench: "intake",
    records: count,
    perPage,
    rounds,
    seed,
    parseUs: round(median(taken.parse)),
    oursUs: round(median(taken.ours)),
    share: round(share),
    differing: wrong,
    drift: round(drift),
    void: isVoid,
    ok,
  }),
);
process.exitCode = ok && !isVoid ? 0 : 1;
