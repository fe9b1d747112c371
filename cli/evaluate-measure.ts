import type { firings } from "#detections/engine.ts";
import { type Rate, rate } from "#detections/evaluation-bounds.ts";
import {
  arrivals,
  type Detected,
  fingerprint,
  halves,
  type Judge,
  monitored,
  seeded,
  shuffled,
  split,
  timeToDetect,
} from "#detections/evaluation-runs.ts";
import {
  type DetectionScore,
  raised,
  type Score,
  scoreAnalysis,
  scoreDetections,
  signalled,
  userDays,
} from "#detections/evaluation-score.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import type { Analysis } from "#domain/incident/analysis.ts";
import type { Case, LogSet } from "./evaluate-sets.ts";

export type CaseResult = { rule: string; name: string; wanted: boolean; got: boolean; by: string[]; read: string };

export type HalfRun = {
  name: string;
  /** Attack episodes that lie in the second half, and of them those hit. */
  attacks: { hit: number; of: number };
  withoutLabel: number;
  traps: number;
};

export type Measured = {
  name: string;
  intake: LogSet["intake"];
  faults: [string, number][];
  missing: number;
  userDays: number;
  labelled: boolean;
  score: Score;
  detections: DetectionScore[];
  failedAttacks: number;
  notable: number;
  /** Run → whether its whole analysis equals the plain one. */
  equal: Record<string, boolean>;
  /** After judging at every one of eight polls: accounts on the books that the plain run does not raise. */
  strayAfterPolls: string[];
  /** Plain records outside every episode, judged by themselves. */
  quiet: { incidents: number; perUserDays: Rate; perRecords: Rate } | null;
  detected: { event: Detected[]; arrival: Detected[] } | null;
  halves: HalfRun[] | null;
  cases: CaseResult[];
};

export type Fire = (events: NormalizedEvent[]) => ReturnType<typeof firings>;

const POLLS = 8;

/** Runs the whole protocol over one set. */
export function measure(set: LogSet, judge: Judge, fire: Fire, seed: number): Measured {
  const { events, episodes } = set;
  const plain = judge(events);
  const score = scoreAnalysis(events, episodes, plain);
  const labelled = episodes.length > 0;
  const inEpisode = new Set(episodes.flatMap((e) => e.recordIds));
  const outside = events.filter((e) => !inEpisode.has(e.recordId));
  const quiet = labelled ? raised(judge(outside)).length : raised(plain).length;
  const days = userDays(outside);
  const isLog = labelled || set.cases.length === 0;
  return {
    name: set.name,
    intake: set.intake,
    faults: [...set.faults].sort((a, b) => b[1] - a[1]),
    missing: set.missing.length,
    userDays: userDays(events),
    labelled,
    score,
    detections: scoreDetections(episodes, plain),
    failedAttacks: plain.failedAttacks.length,
    notable: plain.notable.length,
    ...(isLog ? orders(events, plain, judge, seed) : { equal: {}, strayAfterPolls: [] }),
    quiet: isLog
      ? { incidents: quiet, perUserDays: rate(quiet, days), perRecords: rate(quiet, outside.length / 10) }
      : null,
    detected: labelled
      ? {
          event: timeToDetect(
            events.map((event) => ({ event, at: Date.parse(event.occurredAt) })),
            episodes,
            judge,
          ),
          arrival: timeToDetect(arrivals(events, seeded(seed)), episodes, judge),
        }
      : null,
    halves: labelled ? halfRuns(set, judge) : null,
    cases: set.cases.map((one) => runCase(one, judge, fire)),
  };
}

function orders(
  events: NormalizedEvent[],
  plain: Analysis,
  judge: Judge,
  seed: number,
): Pick<Measured, "equal" | "strayAfterPolls"> {
  const random = seeded(seed);
  const wanted = fingerprint(plain);
  const same = (run: NormalizedEvent[]): boolean => fingerprint(judge(run)) === wanted;
  const polls = split(
    arrivals(events, random).map((a) => a.event),
    POLLS,
    random,
  );
  const books = monitored(polls, judge);
  const accounts = new Set(plain.incidents.map((i) => i.account.upn.toLowerCase()));
  const cited = new Map(plain.incidents.map((i) => [i.account.upn.toLowerCase(), signalled(i)]));
  const held = [...books].every(([account, draft]) => {
    const now = new Set(draft.signals.flatMap((s) => s.recordIds));
    return [...(cited.get(account) ?? [])].every((id) => now.has(id));
  });
  return {
    equal: {
      shuffled: same(shuffled(events, random)),
      doubled: same([...events, ...events]),
      split: held && [...accounts].every((a) => books.has(a)) && same(polls.flat()),
    },
    strayAfterPolls: [...books.keys()].filter((a) => !accounts.has(a)),
  };
}

/** With the first half as a past that baselines learn from, and without any past. */
function halfRuns({ events, episodes }: LogSet, judge: Judge): HalfRun[] {
  const { middle, second } = halves(events, episodes);
  const ids = new Set(second.map((e) => e.recordId));
  const later = episodes.filter((e) => e.recordIds.length > 0 && e.recordIds.every((id) => ids.has(id)));
  const wanted = new Set(episodes.filter((e) => e.verdict !== "trap").flatMap((e) => e.recordIds));
  const run = (name: string, analysis: Analysis): HalfRun => {
    const recent = { ...analysis, incidents: analysis.incidents.filter((i) => i.lastAttackerActivity >= middle) };
    const { attacks, traps } = scoreAnalysis(second, later, recent);
    const stray = raised(recent).filter((i) => ![...signalled(i)].some((id) => wanted.has(id)));
    return { name, attacks, traps: traps.length, withoutLabel: stray.length };
  };
  return [run("first half as baseline", judge(events)), run("no baseline", judge(second))];
}

/** A firing that can never weigh more than this is no signal of its own (the catalogue's tests hold the same). */
const SIGNAL = 0.75;

/**
 * One record judged alone and without any past. Where it should fire and the rule counts, it is shown as often as the
 * rule asks, ten seconds apart, under new ids. It fires when a detection does, or when an entry of failed attacks cites it.
 */
function runCase(one: Case, judge: Judge, fire: Fire): CaseResult {
  const read = normalizeRecord(one.record, { fallbackId: "case" });
  const base = { rule: one.rule, name: one.name, wanted: one.fires };
  if (read.kind !== "event") return { ...base, got: false, by: [], read: read.kind };
  const at = Date.parse(read.event.occurredAt);
  const { recordId } = read.event;
  const events = Array.from({ length: one.fires ? one.times : 1 }, (_, n) => ({
    ...read.event,
    recordId: n === 0 ? recordId : `${recordId}-${n}`,
    occurredAt: new Date(at + n * 10_000).toISOString(),
  }));
  const by = [
    ...fire(events)
      .filter((f) => f.weight.own + f.weight.linked > SIGNAL && f.recordIds.includes(recordId))
      .map((f) => f.detection),
    ...judge(events)
      .failedAttacks.filter((f) => f.recordIds.includes(recordId))
      .map((f) => f.kind),
  ];
  return { ...base, got: by.length > 0, by: [...new Set(by)], read: "event" };
}
