import type { NormalizedEvent } from "#domain/event/event.ts";
import type { Analysis, IncidentDraft } from "#domain/incident/analysis.ts";
import { mergeDraft } from "#domain/incident/merge.ts";
import { type Episode, raised, signalled } from "./evaluation-score.ts";

export type Judge = (events: NormalizedEvent[], asOf?: string) => Analysis;

/** A small generator (mulberry32): the same seed, the same numbers from 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

const MINUTE = 60_000;

/** When a record can be read: sign-ins 2 to 5 minutes after the fact, others 10 to 60, one in a hundred 6 to 24 hours. */
export function arrivals(
  events: readonly NormalizedEvent[],
  random: () => number,
): { event: NormalizedEvent; at: number }[] {
  return events
    .map((event) => {
      const [from, to] = event.source === "sign-in" ? [2, 5] : [10, 60];
      const minutes = random() < 0.01 ? 360 + random() * 1080 : from + random() * (to - from);
      return { event, at: Date.parse(event.occurredAt) + minutes * MINUTE };
    })
    .sort((a, b) => a.at - b.at || (a.event.recordId < b.event.recordId ? -1 : 1));
}

/** What is on the books after judging again at every poll: incidents open once, grow, and never close. */
export function monitored(polls: readonly NormalizedEvent[][], judge: Judge): Map<string, IncidentDraft> {
  const books = new Map<string, IncidentDraft>();
  const known: NormalizedEvent[] = [];
  for (const poll of polls) {
    known.push(...poll);
    for (const incident of judge(known).incidents) {
      const key = incident.account.upn.toLowerCase();
      const open = books.get(key);
      books.set(key, open ? mergeDraft(open, incident) : incident);
    }
  }
  return books;
}

/** Cuts a list into `count` pieces at drawn places. */
export function split<T>(items: readonly T[], count: number, random: () => number): T[][] {
  const cuts = Array.from({ length: count - 1 }, () => Math.floor(random() * (items.length + 1))).sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => items.slice(from, cuts[i] ?? items.length));
}

/** An analysis as one comparable text: what is raised, on whom, with which records. */
export function fingerprint(analysis: Analysis): string {
  return JSON.stringify([
    analysis.incidents.map((i) => [i.key, i.severity, i.confidence, i.headline, [...signalled(i)].sort()]),
    analysis.failedAttacks.map((f) => [f.kind, f.from, [...f.recordIds].sort()]),
    analysis.notable.map((n) => [n.kind, n.account.upn, n.at, [...n.recordIds].sort()]),
    [...analysis.attribution].map((a) => `${a.recordId} ${a.verdict}`).sort(),
  ]);
}

export type Detected = {
  account: string;
  firstRecord: string;
  /** Minutes from the first attacker record to the first incident; null when none came. */
  minutes: number | null;
  /** Attacker records that had happened by then, of how many. */
  passed: number;
  of: number;
};

type Arrival = { event: NormalizedEvent; at: number };

/**
 * Time to detect, by judging what had arrived at each attacker record: for every account with an incident that cites a
 * record of an attack episode, when the first incident on it stood. Attacker records are those its signals cite.
 */
export function timeToDetect(list: readonly Arrival[], episodes: readonly Episode[], judge: Judge): Detected[] {
  const attacker = new Set(episodes.filter((e) => e.verdict === "attack").flatMap((e) => e.recordIds));
  const at = new Map(list.map((a) => [a.event.recordId, a]));
  const open = new Map<string, { account: string; records: Arrival[] }>();
  for (const incident of raised(judge(list.map((a) => a.event)))) {
    const records = [...signalled(incident)].filter((id) => attacker.has(id)).flatMap((id) => at.get(id) ?? []);
    records.sort((a, b) => (a.event.occurredAt < b.event.occurredAt ? -1 : 1));
    const name = incident.account.upn.toLowerCase();
    if (records.length > 0) open.set(name, { account: incident.account.upn, records });
  }
  const out: Detected[] = [];
  const steps = [...new Set([...open.values()].flatMap((o) => o.records.map((r) => r.at)))].sort((a, b) => a - b);
  for (const step of steps) {
    if (open.size === 0) break;
    const arrived = list.filter((a) => a.at <= step).map((a) => a.event);
    for (const incident of raised(judge(arrived))) {
      const name = incident.account.upn.toLowerCase();
      const found = open.get(name);
      if (!found) continue;
      open.delete(name);
      out.push(detected(found, step));
    }
  }
  return [...out, ...[...open.values()].map((o) => detected(o, null))];
}

function detected(found: { account: string; records: Arrival[] }, step: number | null): Detected {
  const first = found.records[0]!.event.occurredAt;
  return {
    account: found.account,
    firstRecord: first,
    minutes: step === null ? null : Math.max(0, (step - Date.parse(first)) / MINUTE),
    passed:
      step === null ? found.records.length : found.records.filter((r) => Date.parse(r.event.occurredAt) <= step).length,
    of: found.records.length,
  };
}

/**
 * Cuts a set in two where the middle one of its attack episodes begins, so that both halves hold attacks: the first half
 * is the past that baselines are learnt from.
 */
export function halves(
  events: readonly NormalizedEvent[],
  episodes: readonly Episode[],
): { middle: string; second: NormalizedEvent[] } {
  const at = new Map(events.map((e) => [e.recordId, e.occurredAt]));
  const begins = episodes
    .filter((e) => e.verdict === "attack")
    .flatMap((e) => e.recordIds.flatMap((id) => at.get(id) ?? []).sort()[0] ?? [])
    .sort();
  const middle = begins[Math.floor(begins.length / 2)] ?? "";
  return { middle, second: events.filter((e) => e.occurredAt >= middle) };
}
