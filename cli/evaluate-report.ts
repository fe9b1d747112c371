import { type Rate, wilson } from "#detections/evaluation-bounds.ts";
import type { Detected } from "#detections/evaluation-runs.ts";
import type { DetectionScore, EpisodeScore } from "#detections/evaluation-score.ts";
import type { StoryScore } from "#detections/testing/story-score.ts";
import { show } from "#domain/event/show.ts";
import { explain } from "./evaluate-explain.ts";
import type { Measured } from "./evaluate-measure.ts";

export type Report = { seed: number; sets: Measured[]; stories: StoryScore[] };

const percent = (share: number | null): string => (share === null ? "–" : `${(share * 100).toFixed(1)} %`);
const number = (value: number | null): string => (value === null ? "–" : value.toFixed(1));
const cell = (text: string): string => show(text, 120).replaceAll("|", "\\|");

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  if (rows.length === 0) return ["None.", ""];
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}

const readShare = ({ intake }: Measured): number | null =>
  intake.records === 0 ? null : (intake.understood + intake.notRelevant) / intake.records;

const rightCases = (sets: readonly Measured[]): { right: number; of: number } => {
  const cases = sets.flatMap((s) => s.cases);
  return { right: cases.filter((c) => c.got === c.wanted).length, of: cases.length };
};

const outcome = (e: EpisodeScore): string => {
  if (e.verdict === "trap") return e.cited > 0 ? "RAISED" : "silent";
  if (!e.hit) return e.verdict === "attack" ? "MISSED" : "not raised";
  return e.by === "failed-attack" ? "failed attack" : "incident";
};

/** What the terminal shows: one block a set, then the stories. */
export function summaryOf({ seed, sets, stories }: Report): string {
  const out = [`Seed ${seed}`, ""];
  for (const set of sets) {
    const { score, intake } = set;
    out.push(
      `${show(set.name, 80)}: ${intake.records} records, ${percent(readShare(set))} understood or not relevant, ${set.userDays} user-days`,
    );
    if (set.labelled) {
      out.push(
        `  attack episodes hit ${score.attacks.hit} of ${score.attacks.of}; traps raised ${score.traps.length}; incidents ${score.incidents.length}, without a labelled record ${score.withoutLabel}, on service actors ${score.onServiceActors}; cited inside labels ${percent(score.citedInLabels)}; misranked pairs ${score.misranked}`,
      );
      for (const e of score.episodes)
        out.push(
          `    ${show(e.id, 20).padEnd(6)} ${e.verdict.padEnd(10)} ${String(e.cited).padStart(4)} of ${String(e.of).padStart(4)} ${outcome(e)}`,
        );
    }
    const unequal = Object.entries(set.equal).filter(([, same]) => !same);
    if (Object.keys(set.equal).length > 0)
      out.push(
        `  shuffled, doubled, split: ${unequal.length === 0 ? "the same" : `DIFFERENT when ${unequal.map(([n]) => n).join(", ")}`}`,
      );
    if (set.cases.length > 0) {
      const { right, of } = rightCases([set]);
      out.push(`  cases ${right} of ${of}`);
      for (const c of set.cases.filter((one) => one.got !== one.wanted))
        out.push(`    ${show(c.rule, 60)}: "${show(c.name, 80)}" ${c.wanted ? "should fire" : "should not fire"}`);
    }
    out.push("");
  }
  for (const s of stories)
    out.push(
      `${s.story.padEnd(30)} ${s.licence.padEnd(5)} right ${s.right} of ${s.runs}, false incidents ${s.false}, attacker rows ${percent(s.marked)}, owner rows wronged ${percent(s.wronged)}`,
    );
  return `${out.join("\n")}\n`;
}

function bounded(rate: Rate | undefined): string {
  if (!rate || rate.per1000 === null) return "–";
  return `${number(rate.per1000)} (at most ${number(rate.upper)})`;
}

function overview(sets: readonly Measured[]): string[] {
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

function episodesOf(set: Measured): string[] {
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

function noise(sets: readonly Measured[]): string[] {
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

function caseLines(sets: readonly Measured[]): string[] {
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

function detections(sets: readonly Measured[]): string[] {
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

function storyTable(stories: readonly StoryScore[]): string[] {
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

/** The published page. */
export function pageOf({ seed, sets, stories }: Report): string {
  const labelled = sets.filter((s) => s.labelled);
  const orders = sets.flatMap((s) =>
    Object.entries(s.equal)
      .filter(([, same]) => !same)
      .map(([run]) => `${s.name} when ${run}`),
  );
  const faults = sets.flatMap((s) => s.faults.map(([why, count]) => `${s.name}: ${count} × ${why}`));
  return `${[
    "# Detection quality",
    "",
    `Written by \`npm run evaluate\`; do not edit. Seed of this run: ${seed}.`,
    "",
    "An attack episode counts as hit when the signals of one incident at medium or above cite at least three of its records (a third, where it has fewer than nine). An episode that is nothing but password guessing may be cited by one entry of failed attacks instead. Suspicious episodes count neither way. A trap is raised when any signal of such an incident cites one of its records.",
    "",
    "## In one table",
    "",
    ...overview(sets),
    ...labelled.flatMap(episodesOf),
    "## Orders of arrival",
    "",
    orders.length === 0
      ? "Shuffled, with every record twice, and judged again at each of eight polls, every set gives the same incidents, failed attacks, notable events and marked rows."
      : `Not the same: ${orders.join("; ")}.`,
    "",
    "## False alarms on what is not attack",
    "",
    "Records outside of all episodes, judged by themselves. The bound is the exact 95 % Poisson bound: with so few user-days, none is far from proof of none.",
    "",
    ...noise(sets),
    ...caseLines(sets),
    "## By detection",
    "",
    "Over the labelled sets. Precision is the share of a detection's signals, in incidents, that cite a record of an attack or suspicious episode.",
    "",
    ...detections(sets),
    "## Our own stories",
    "",
    `The simulated cloud, each story over ${stories[0]?.runs ?? 0} drawn seeds, with the sign-in log (P1) and without. Right means the victim and nobody else is raised, or nobody in an innocent story. These stories are ours: they show that nothing broke, not how well strangers' attacks are found.`,
    "",
    ...storyTable(stories),
    "## Intake",
    "",
    ...(faults.length === 0 ? ["Every record was read."] : faults.map((f) => `- ${cell(f)}`)),
    "",
    "## What is thin",
    "",
    ...thin(labelled),
  ].join("\n")}\n`;
}

function thin(labelled: readonly Measured[]): string[] {
  const attacks = labelled.reduce((sum, s) => sum + s.score.attacks.of, 0);
  const days = labelled.reduce((sum, s) => sum + (s.quiet?.perUserDays.of ?? 0), 0);
  return [
    `- ${attacks} attack episodes in ${labelled.length} labelled sets: one episode more or less moves the recall by ${percent(attacks === 0 ? null : 1 / attacks)}. Both sets are laboratories of 2021 with a dozen accounts, no peer groups and no travel.`,
    "- The labels of the public sets are a reading of them, not their authors' word.",
    `- ${days} user-days outside of episodes on real records: zero false alarms there would still allow ${number((3 * 1000) / Math.max(1, days))} per 1,000.`,
    "- Of the 48 signals the public sets hold labelled records for 22. Distributed spraying, travel, AiTM kits, stolen sessions, device codes, MFA fatigue, connectors, internal phishing and mail read in bulk are measured on records we wrote ourselves only.",
    "- Sign-in records are few, message traces hold no attack, and no set carries token ids together with mailbox records.",
    "- Weights were set while looking at the public sets; their figures are an upper bound of what an unseen tenant will show.",
  ];
}
