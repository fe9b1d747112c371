import type { NormalizedEvent } from "#domain/event/event.ts";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import type { Analysis } from "#domain/incident/analysis.ts";
import type { AttackTruth, FailedAttackTruth } from "#simulator/population/contract.ts";
import { population } from "#simulator/population/population.ts";
import { factsOf } from "../../activities/enrich/index.ts";
import { analyze } from "../engine.ts";
import { raised, signalled, userDays } from "../evaluation-score.ts";

export type KindScore = { kind: string; attacks: number; raised: number; inTime: number };
export type PopulationScore = {
  seed: string;
  people: number;
  records: number;
  unreadable: number;
  userDays: number;
  attacks: number;
  /** Attacks of which one incident's signals cite enough records. */
  raised: number;
  /** Of them those that could be known, on event time, before the row that reaches the attacker's goal. */
  inTime: number;
  kinds: KindScore[];
  /** Incidents at medium or above whose signals cite no attacker's record. */
  falseIncidents: number;
  falseBy: Record<string, number>;
  /**
   * The attacker's rows, and of them those marked his; the other rows of raised accounts, and of them those marked his.
   * A stranger's guesses are neither: the owner did not write them.
   */
  rows: { his: number; marked: number; others: number; wronged: number };
};

export type PopulationSize = { people: number; days: number; attacks: number; volume: number };

function scoreAttack(attack: AttackTruth, analysis: Analysis): { raised: boolean; inTime: boolean } {
  const needed = Math.max(1, Math.min(3, attack.recordIds.length / 3));
  const found = raised(analysis).filter((incident) => {
    const cited = signalled(incident);
    return attack.recordIds.filter((id) => cited.has(id)).length >= needed;
  });
  return { raised: found.length > 0, inTime: found.some((i) => i.detectableAt < attack.goalAt) };
}

/** Judges every company of one drawn population as a scan would, against what its author says happened. */
export function scorePopulation(seed: string, size: PopulationSize): PopulationScore {
  const drawn = population({ seed, ...size });
  const kinds = new Map<string, KindScore>();
  const out: PopulationScore = {
    seed,
    people: 0,
    records: 0,
    unreadable: 0,
    userDays: 0,
    attacks: 0,
    raised: 0,
    inTime: 0,
    kinds: [],
    falseIncidents: 0,
    falseBy: {},
    rows: { his: 0, marked: 0, others: 0, wronged: 0 },
  };
  for (const company of drawn.companies) {
    out.people += company.people.filter((p) => p.kind === "employee" || p.kind === "admin").length;
    const events: NormalizedEvent[] = [];
    for (const { record } of drawn.records(company.tenantId)) {
      out.records += 1;
      const read = normalizeRecord(record);
      if (read.kind === "event") events.push(read.event);
      else if (read.kind === "unreadable") out.unreadable += 1;
    }
    out.userDays += userDays(events);
    const analysis = analyze({ events, factsOf, asOf: drawn.endAt, ownDomains: [company.domain] });
    const attacks = drawn.truth.attacks.filter((a) => a.tenantId === company.tenantId);
    for (const attack of attacks) {
      const found = scoreAttack(attack, analysis);
      const row = kinds.get(attack.kind) ?? { kind: attack.kind, attacks: 0, raised: 0, inTime: 0 };
      for (const sum of [out, row]) {
        sum.attacks += 1;
        if (found.raised) sum.raised += 1;
        if (found.inTime) sum.inTime += 1;
      }
      kinds.set(attack.kind, row);
    }
    countRows(out, analysis, attacks, drawn.truth.failed);
  }
  out.kinds = [...kinds.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  return out;
}

function countRows(
  out: PopulationScore,
  analysis: Analysis,
  attacks: readonly AttackTruth[],
  failed: readonly FailedAttackTruth[],
): void {
  const his = new Set(attacks.flatMap((a) => a.recordIds));
  const either = new Set(attacks.flatMap((a) => a.ambiguousIds));
  for (const incident of raised(analysis)) {
    if ([...signalled(incident)].some((id) => his.has(id) || either.has(id))) continue;
    out.falseIncidents += 1;
    for (const detection of new Set(incident.signals.map((s) => s.detection)))
      out.falseBy[detection] = (out.falseBy[detection] ?? 0) + 1;
  }
  const strangers = new Set(failed.flatMap((f) => f.recordIds));
  for (const { recordId, verdict } of analysis.attribution) {
    if (either.has(recordId) || (strangers.has(recordId) && !his.has(recordId))) continue;
    const isMarked = verdict === "attacker" ? 1 : 0;
    if (his.has(recordId)) {
      out.rows.his += 1;
      out.rows.marked += isMarked;
    } else {
      out.rows.others += 1;
      out.rows.wronged += isMarked;
    }
  }
}
