import { rate, wilson } from "#detections/evaluation-bounds.ts";
import type { Detected } from "#detections/evaluation-runs.ts";
import type { DetectionScore } from "#detections/evaluation-score.ts";
import type { PopulationScore } from "#detections/testing/population-score.ts";
import type { StoryScore } from "#detections/testing/story-score.ts";
import { bounded, cell, number, outcome, percent, ratio, readShare, rightCases, table } from "./evaluate-cells.ts";
import { explain } from "./evaluate-explain.ts";
import type { Measured } from "./evaluate-measure.ts";

export function overview(sets: readonly Measured[]): string[] {
  return table(
    [
      "set",
      "records",
      "understood or not relevant",
      "user-days",
      "attack episodes hit",
      "traps raised",
      "incidents",
      "of them without a labelled record",
      "on service actors",
      "cited records inside labels",
      "misranked pairs",
    ],
    sets.map((s) => [
      cell(s.name),
      s.intake.records,
      percent(readShare(s)),
      s.userDays,
      s.labelled ? `${s.score.attacks.hit} of ${s.score.attacks.of}` : "no labels",
      s.labelled ? s.score.traps.length : "–",
      s.score.incidents.length,
      s.labelled ? s.score.withoutLabel : "–",
      s.score.onServiceActors,
      s.labelled ? percent(s.score.citedInLabels) : "–",
      s.labelled ? s.score.misranked : "–",
    ]),
  );
}

export function episodesOf(set: Measured): string[] {
  const out = [`### ${cell(set.name)}`, ""];
  if (set.missing > 0) out.push(`${set.missing} labelled record ids have no understood record.`, "");
  out.push(
    ...table(
      ["episode", "label", "what it is", "cited by one incident", "needed", "outcome"],
      set.score.episodes.map((e) => [
        cell(e.id),
        e.verdict,
        cell(e.signal),
        `${e.cited} of ${e.of}`,
        e.needed,
        outcome(e),
      ]),
    ),
    ...explain(
      "episode",
      set.score.episodes.filter((e) => e.verdict === "attack" && !e.hit).map((e) => `${set.name}/${e.id}`),
    ),
    "Incidents at medium or above, worst first:",
    "",
    ...table(
      ["severity", "confidence", "kind", "cited records", "in attack or suspicious episodes", "episodes hit"],
      set.score.incidents.map((i) => [
        i.severity,
        i.confidence.toFixed(2),
        i.kind,
        i.cited,
        i.labelled,
        i.hits.join(", ") || "none",
      ]),
    ),
  );
  if (set.halves?.some((h) => h.attacks.of > 0))
    out.push(
      "Only what lies after the middle attack episode, with what came before as the past baselines learn from, and without any past:",
      "",
      ...table(
        ["run", "attack episodes hit", "incidents without a labelled record", "traps"],
        set.halves.map((h) => [h.name, `${h.attacks.hit} of ${h.attacks.of}`, h.withoutLabel, h.traps]),
      ),
    );
  if (set.detected) out.push(...times(set.detected));
  return out;
}

function times({ event, arrival }: NonNullable<Measured["detected"]>): string[] {
  const late = new Map(arrival.map((d) => [d.account, d]));
  const minutes = (d: Detected | undefined): string => (d?.minutes == null ? "never" : d.minutes.toFixed(1));
  return [
    "Minutes from the first attacker record to the first incident on that account:",
    "",
    ...table(
      ["incident", "event time", "attacker records that had passed", "with arrival delays", "passed by then"],
      event.map((d, n) => {
        const l = late.get(d.account);
        return [n + 1, minutes(d), `${d.passed} of ${d.of}`, minutes(l), l ? `${l.passed} of ${l.of}` : "–"];
      }),
    ),
  ];
}

export function noise(sets: readonly Measured[]): string[] {
  return table(
    ["set", "user-days outside of episodes", "incidents", "per 1,000 user-days", "per 10,000 records"],
    sets
      .filter((s) => s.quiet)
      .map((s) => [
        cell(s.name),
        s.quiet?.perUserDays.of ?? 0,
        s.quiet?.incidents ?? 0,
        bounded(s.quiet?.perUserDays),
        s.quiet?.perRecords.per1000 == null ? "–" : number(s.quiet.perRecords.per1000),
      ]),
  );
}

export function caseLines(sets: readonly Measured[]): string[] {
  const { right, of } = rightCases(sets);
  if (of === 0) return [];
  const interval = wilson(right, of);
  const missed = sets.flatMap((s) => s.cases).filter((c) => c.got !== c.wanted);
  return [
    "## Cases of other people's rules",
    "",
    `${right} of ${of} records fire, or stay silent, as the rule's author expects (${percent(right / of)}, 95 % interval ${percent(interval.low)} to ${percent(interval.high)}). Each record is judged alone and without any past; where it should fire and the rule counts, it is shown as often as the rule asks. It fires when a detection does or when an entry of failed attacks cites it.`,
    "",
    ...table(
      ["rule", "case", "should fire", "fires", "how the record was read"],
      missed.map((c) => [cell(c.rule), cell(c.name), c.wanted ? "yes" : "no", c.got ? c.by.join(", ") : "no", c.read]),
    ),
    ...explain(
      "case",
      missed.map((c) => `${c.rule}/${c.name}`),
    ),
  ];
}

export function detections(sets: readonly Measured[]): string[] {
  const total = new Map<string, DetectionScore>();
  for (const set of sets.filter((s) => s.labelled))
    for (const row of set.detections) {
      const sum = total.get(row.detection) ?? { detection: row.detection, signals: 0, labelled: 0, records: 0 };
      total.set(row.detection, {
        detection: row.detection,
        signals: sum.signals + row.signals,
        labelled: sum.labelled + row.labelled,
        records: sum.records + row.records,
      });
    }
  const rows = [...total.values()].sort((a, b) => (a.detection < b.detection ? -1 : 1));
  const all = rows.reduce((sum, r) => ({ signals: sum.signals + r.signals, labelled: sum.labelled + r.labelled }), {
    signals: 0,
    labelled: 0,
  });
  const line = (name: string, signals: number, labelled: number, records: number | string) => {
    const { low, high } = wilson(labelled, signals);
    return [
      name,
      signals,
      records,
      percent(signals === 0 ? null : labelled / signals),
      `${percent(low)} to ${percent(high)}`,
    ];
  };
  return table(
    ["detection", "signals in incidents", "records cited", "precision", "95 % interval"],
    [
      ...rows.map((r) => line(r.detection, r.signals, r.labelled, r.records)),
      line("**all**", all.signals, all.labelled, ""),
    ],
  );
}

export function storyTable(stories: readonly StoryScore[]): string[] {
  return table(
    [
      "story",
      "licence",
      "right",
      "false incidents",
      "per 1,000 user-days, at most",
      "attacker rows marked",
      "owner rows wrongly marked",
      "slowest, minutes",
    ],
    stories.map((s) => [
      s.story,
      s.licence,
      `${s.right} of ${s.runs}`,
      s.false,
      number(s.upper),
      percent(s.marked),
      percent(s.wronged),
      s.slowest ?? "–",
    ]),
  );
}

function populationRow(p: PopulationScore): (string | number)[] {
  return [
    p.seed,
    p.people,
    p.records,
    p.userDays,
    `${p.raised} of ${p.attacks} (${percent(ratio(p.raised, p.attacks))})`,
    `${p.inTime} (${percent(ratio(p.inTime, p.attacks))})`,
    p.falseIncidents,
    bounded(rate(p.falseIncidents, p.userDays)),
    percent(ratio(p.rows.marked, p.rows.his)),
    percent(ratio(p.rows.wronged, p.rows.others)),
  ];
}

function together(populations: readonly PopulationScore[]): PopulationScore {
  const sum = (of: (p: PopulationScore) => number): number => populations.reduce((total, p) => total + of(p), 0);
  return {
    seed: "**all**",
    people: sum((p) => p.people),
    records: sum((p) => p.records),
    unreadable: sum((p) => p.unreadable),
    userDays: sum((p) => p.userDays),
    attacks: sum((p) => p.attacks),
    raised: sum((p) => p.raised),
    inTime: sum((p) => p.inTime),
    kinds: [],
    falseIncidents: sum((p) => p.falseIncidents),
    falseBy: {},
    rows: {
      his: sum((p) => p.rows.his),
      marked: sum((p) => p.rows.marked),
      others: sum((p) => p.rows.others),
      wronged: sum((p) => p.rows.wronged),
    },
  };
}

export function populationPart(populations: readonly PopulationScore[]): string[] {
  if (populations.length === 0) return ["None was drawn in this run.", ""];
  const out = [
    "Companies, people and attacks of `simulator/population`, drawn anew for each run and judged as a scan would judge them. Its author had not read the detections; the detections were improved on misses of other seeds, never of those drawn here. In time means known, on event time, before the row that reaches the attacker's goal. A stranger's failed guesses are rows of neither side.",
    "",
    ...table(
      [
        "seed",
        "people",
        "records",
        "user-days",
        "attacks raised",
        "in time",
        "false incidents",
        "per 1,000 user-days",
        "attacker rows marked",
        "other rows of raised accounts wrongly marked",
      ],
      [...populations.map(populationRow), ...(populations.length > 1 ? [populationRow(together(populations))] : [])],
    ),
  ];
  const kinds = new Map<string, { attacks: number; raised: number; inTime: number }>();
  const blamed = new Map<string, number>();
  for (const p of populations) {
    for (const k of p.kinds) {
      const sum = kinds.get(k.kind) ?? { attacks: 0, raised: 0, inTime: 0 };
      kinds.set(k.kind, {
        attacks: sum.attacks + k.attacks,
        raised: sum.raised + k.raised,
        inTime: sum.inTime + k.inTime,
      });
    }
    for (const [detection, count] of Object.entries(p.falseBy))
      blamed.set(detection, (blamed.get(detection) ?? 0) + count);
  }
  const rows = [...kinds].sort(([, a], [, b]) => a.raised / a.attacks - b.raised / b.attacks);
  out.push(
    "By kind of attack, worst first:",
    "",
    ...table(
      ["kind", "raised", "95 % interval", "in time"],
      rows.map(([kind, k]) => {
        const { low, high } = wilson(k.raised, k.attacks);
        return [kind, `${k.raised} of ${k.attacks}`, `${percent(low)} to ${percent(high)}`, k.inTime];
      }),
    ),
    `Detections found in the false incidents: ${
      [...blamed]
        .sort((a, b) => b[1] - a[1])
        .map(([d, n]) => `${d} ${n}`)
        .join(", ") || "none"
    }.`,
    "",
  );
  return out;
}
