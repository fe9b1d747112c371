import type { NormalizedEvent } from "#domain/event/event.ts";
import type { Analysis, IncidentDraft, Severity } from "#domain/incident/analysis.ts";

/** One labelled stretch of a set of logs. */
export type Episode = {
  id: string;
  /** `attack` must be found, `suspicious` counts neither way, a trap must not be cited. */
  verdict: "attack" | "suspicious" | "trap";
  techniques: string[];
  signal: string;
  recordIds: string[];
};

export type EpisodeScore = {
  id: string;
  verdict: Episode["verdict"];
  signal: string;
  of: number;
  /** Records an incident's signals (or an entry of failed attacks) must cite. */
  needed: number;
  /** The most that one incident, or one entry of failed attacks, cites. */
  cited: number;
  by: "incident" | "failed-attack" | null;
  hit: boolean;
};

const RANK: Record<Severity, number> = { low: 0, medium: 1, high: 2, critical: 3 };

/** Incidents a person is called for. */
export function raised(analysis: Analysis): IncidentDraft[] {
  return analysis.incidents.filter((i) => RANK[i.severity] >= RANK.medium);
}

/** What the signals of an incident cite; what it merely lists beside them does not count. */
export function signalled(incident: IncidentDraft): Set<string> {
  return new Set(incident.signals.flatMap((s) => s.recordIds));
}

function shared(ids: readonly string[], cited: ReadonlySet<string>): number {
  return ids.filter((id) => cited.has(id)).length;
}

export function neededOf(episode: Episode): number {
  return Math.min(3, episode.recordIds.length / 3);
}

/** Password guessing without success belongs among the failed attacks, not among the incidents. */
function isGuessing(episode: Episode): boolean {
  return episode.techniques.length > 0 && episode.techniques.every((t) => /^T1110(\.|$)/.test(t));
}

export function scoreEpisode(episode: Episode, analysis: Analysis): EpisodeScore {
  const needed = neededOf(episode);
  let best: { cited: number; by: EpisodeScore["by"] } = { cited: 0, by: null };
  const look = (cited: number, by: "incident" | "failed-attack"): void => {
    if (cited > best.cited) best = { cited, by };
  };
  for (const incident of raised(analysis)) look(shared(episode.recordIds, signalled(incident)), "incident");
  if (isGuessing(episode))
    for (const failed of analysis.failedAttacks)
      look(shared(episode.recordIds, new Set(failed.recordIds)), "failed-attack");
  const { id, verdict, signal } = episode;
  return {
    id,
    verdict,
    signal,
    of: episode.recordIds.length,
    needed: Math.ceil(needed),
    ...best,
    hit: best.cited > 0 && best.cited >= needed,
  };
}

export type IncidentScore = {
  account: string;
  severity: Severity;
  confidence: number;
  kind: string;
  cited: number;
  /** Of the cited records, those in an attack or suspicious episode. */
  labelled: number;
  hits: string[];
  onServiceActor: boolean;
};

export type Score = {
  episodes: EpisodeScore[];
  attacks: { hit: number; of: number };
  /** Trap episodes a signal of a raised incident cites. */
  traps: string[];
  incidents: IncidentScore[];
  /** Raised incidents whose signals cite no record of an attack or suspicious episode. */
  withoutLabel: number;
  /** Share of records cited by raised incidents that lie in any episode; null when nothing is cited. */
  citedInLabels: number | null;
  /** Pairs in which an incident that hits no attack episode stands level with or above one that does. */
  misranked: number;
  onServiceActors: number;
};

function actorsOf(events: readonly NormalizedEvent[]): Set<string> {
  const out = new Set<string>();
  for (const { actor, target } of events) {
    if (actor.kind === "person" || actor.kind === "guest")
      for (const name of [actor.objectId, actor.upn]) if (name) out.add(name.toLowerCase());
    if (target?.kind.toLowerCase() === "user" && target.upn) out.add(target.upn.toLowerCase());
  }
  return out;
}

/** Everything one analysis scores against the labels of its records. */
export function scoreAnalysis(
  events: readonly NormalizedEvent[],
  episodes: readonly Episode[],
  analysis: Analysis,
): Score {
  const people = actorsOf(events);
  const attacks = episodes.filter((e) => e.verdict === "attack");
  const wanted = new Set(episodes.filter((e) => e.verdict !== "trap").flatMap((e) => e.recordIds));
  const labelled = new Set(episodes.flatMap((e) => e.recordIds));
  const incidents = raised(analysis);
  const scores = incidents.map((incident): IncidentScore => {
    const cited = signalled(incident);
    const { objectId, upn } = incident.account;
    return {
      account: upn,
      severity: incident.severity,
      confidence: incident.confidence,
      kind: incident.kind,
      cited: cited.size,
      labelled: shared([...cited], wanted),
      hits: attacks.filter((e) => shared(e.recordIds, cited) >= Math.max(1, neededOf(e))).map((e) => e.id),
      onServiceActor: !people.has(upn.toLowerCase()) && !people.has(objectId?.toLowerCase() ?? ""),
    };
  });
  const strength = (i: IncidentScore): number => RANK[i.severity] * 10 + i.confidence;
  const real = scores.filter((i) => i.hits.length > 0);
  const other = scores.filter((i) => i.hits.length === 0);
  const cited = new Set(incidents.flatMap((i) => [...signalled(i)]));
  const found = episodes.map((episode) => scoreEpisode(episode, analysis));
  return {
    episodes: found,
    attacks: { hit: found.filter((e) => e.verdict === "attack" && e.hit).length, of: attacks.length },
    traps: found.filter((e) => e.verdict === "trap" && e.cited > 0).map((e) => e.id),
    incidents: scores,
    withoutLabel: scores.filter((i) => i.labelled === 0).length,
    citedInLabels: cited.size === 0 ? null : shared([...cited], labelled) / cited.size,
    misranked: real.reduce((sum, r) => sum + other.filter((o) => strength(o) >= strength(r)).length, 0),
    onServiceActors: scores.filter((i) => i.onServiceActor).length,
  };
}

export type DetectionScore = { detection: string; signals: number; labelled: number; records: number };

/** Per detection: its signals in raised incidents and how many of them cite a record of an attack or suspicious episode. */
export function scoreDetections(episodes: readonly Episode[], analysis: Analysis): DetectionScore[] {
  const wanted = new Set(episodes.filter((e) => e.verdict !== "trap").flatMap((e) => e.recordIds));
  const out = new Map<string, DetectionScore>();
  for (const signal of raised(analysis).flatMap((i) => i.signals)) {
    const { detection, recordIds } = signal;
    const row = out.get(detection) ?? { detection, signals: 0, labelled: 0, records: 0 };
    row.signals += 1;
    row.records += recordIds.length;
    if (recordIds.some((id) => wanted.has(id))) row.labelled += 1;
    out.set(detection, row);
  }
  return [...out.values()].sort((a, b) => (a.detection < b.detection ? -1 : 1));
}

/** Distinct pairs of account and day on which a person or guest did anything. */
export function userDays(events: readonly NormalizedEvent[]): number {
  const out = new Set<string>();
  for (const { actor, occurredAt } of events) {
    const name = actor.objectId ?? actor.upn;
    if ((actor.kind === "person" || actor.kind === "guest") && name)
      out.add(`${name.toLowerCase()} ${occurredAt.slice(0, 10)}`);
  }
  return out.size;
}
