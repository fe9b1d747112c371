import { existsSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { factsOf } from "#activities/enrich/index.ts";
import { analyze, firings } from "#detections/engine.ts";
import type { Judge } from "#detections/evaluation-runs.ts";
import type { PopulationScore, PopulationSize } from "#detections/testing/population-score.ts";
import { type StoryScore, scoreStories } from "#detections/testing/story-score.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { show } from "#domain/event/show.ts";
import type { AnalysisInput } from "#domain/incident/analysis.ts";
import { type Measured, measure } from "./evaluate-measure.ts";
import { pageOf, summaryOf } from "./evaluate-report.ts";
import { readSet, setFolders } from "./evaluate-sets.ts";

const USAGE = `Usage: npm run evaluate [-- --set DIR]… [--json OUT] [--seed N] [--story-seeds N] [--populations N] [--people N]

Measures detection on labelled logs. --set takes a folder of logs with a LABELS.tsv (episode, verdict, record_ids) and may
be given again; without it the public sets beside this repository (or below PETRA_SHARED) and our own stories are
measured, with --populations N drawn populations (one unless said; 560 people, 60 days, 300 attacks each; some minutes), and docs/detection-quality.md is
written.`;

const ROOT = join(import.meta.dirname, "..");
const SETS = join(process.env.PETRA_SHARED ?? resolve(ROOT, "../shared"), "datasets/public");

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

const inputOf = (events: NormalizedEvent[]): AnalysisInput => ({
  events,
  factsOf,
  asOf: events.reduce((latest, e) => (e.occurredAt > latest ? e.occurredAt : latest), "1970-01-01T00:00:00.000Z"),
});
const judge: Judge = (events) => analyze(inputOf(events));

async function measureSets(folders: readonly string[], seed: number): Promise<Measured[]> {
  const out: Measured[] = [];
  for (const folder of folders) {
    say(`${show(folder)} …`);
    out.push(measure(await readSet(folder), judge, (events) => firings(inputOf(events)), seed));
  }
  return out;
}

function scoreInThread(seed: string, size: PopulationSize): Promise<PopulationScore> {
  say(`population ${seed}, ${size.people} people …`);
  return new Promise((done, failed) => {
    const worker = new Worker(new URL("./evaluate-population.ts", import.meta.url), { workerData: { seed, size } });
    worker.once("message", done);
    worker.once("error", failed);
  });
}

/** All populations, as many at once as there are processors, in the order of their seeds. */
async function scorePopulations(seeds: readonly string[], size: PopulationSize): Promise<PopulationScore[]> {
  const out: PopulationScore[] = [];
  let next = 0;
  const take = async (): Promise<void> => {
    for (let n = next++; n < seeds.length; n = next++) out[n] = await scoreInThread(seeds[n]!, size);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, take));
  return out;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      set: { type: "string", multiple: true },
      json: { type: "string" },
      seed: { type: "string" },
      "story-seeds": { type: "string", default: "5" },
      populations: { type: "string", default: "1" },
      people: { type: "string", default: "560" },
      help: { type: "boolean" },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
  const storySeeds = Number(values["story-seeds"]);
  const [populations, people] = [Number(values.populations), Number(values.people)];
  if (values.help || ![seed, storySeeds, populations, people].every(Number.isSafeInteger)) {
    say(USAGE);
    return values.help ? 0 : 2;
  }
  for (const folder of values.set ?? [])
    if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
      say(`${show(folder)} is not a folder.`);
      return 2;
    }
  const isOwn = values.set === undefined;
  const present = existsSync(SETS);
  if (isOwn && !present)
    say(
      `No public logs at ${show(SETS)}: recall, precision, case tests and intake on other people's records cannot be measured. Set PETRA_SHARED to the folder that holds datasets/public. Only our own stories and a population are measured, and docs/detection-quality.md stays as it is.`,
    );
  const size = { people, days: 60, attacks: Math.round(people * 0.54), volume: 0.2 };
  const seeds = Array.from({ length: isOwn ? populations : 0 }, (_, n) => `${seed}-${n}`);
  const scoring = scorePopulations(seeds, size);
  const sets = await measureSets(values.set ?? (present ? setFolders(SETS) : []), seed);
  if (isOwn) say(`stories over ${storySeeds} seeds …`);
  const stories: StoryScore[] = isOwn ? scoreStories(storySeeds, seed) : [];
  const drawn = await scoring;
  const report = { seed, sets, stories, populations: drawn };
  process.stdout.write(summaryOf(report));
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 1)}\n`);
  if (isOwn && present) {
    const page = join(ROOT, "docs/detection-quality.md");
    await writeFile(page, pageOf(report));
    say("docs/detection-quality.md is written.");
  }
  return 0;
}

process.exitCode = await main();
