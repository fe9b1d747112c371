import type { PopulationScore } from "#detections/testing/population-score.ts";
import type { StoryScore } from "#detections/testing/story-score.ts";
import { show } from "#domain/event/show.ts";
import { cell, number, outcome, percent, ratio, readShare, rightCases } from "./evaluate-cells.ts";
import type { Measured } from "./evaluate-measure.ts";
import { caseLines, detections, episodesOf, noise, overview, populationPart, storyTable } from "./evaluate-sections.ts";

export type Report = { seed: number; sets: Measured[]; stories: StoryScore[]; populations: PopulationScore[] };

/** What the terminal shows: one block a set, then the stories. */
export function summaryOf({ seed, sets, stories, populations }: Report): string {
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
  for (const p of populations)
    out.push(
      `population ${p.seed}: raised ${p.raised} of ${p.attacks} attacks, ${p.inTime} before the goal; false incidents ${p.falseIncidents} in ${p.userDays} user-days; attacker rows marked ${percent(ratio(p.rows.marked, p.rows.his))}, other rows wronged ${percent(ratio(p.rows.wronged, p.rows.others))}`,
    );
  for (const s of stories)
    out.push(
      `${s.story.padEnd(30)} ${s.licence.padEnd(5)} right ${s.right} of ${s.runs}, false incidents ${s.false}, attacker rows ${percent(s.marked)}, owner rows wronged ${percent(s.wronged)}`,
    );
  return `${out.join("\n")}\n`;
}

/** The published page. */
export function pageOf({ seed, sets, stories, populations }: Report): string {
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
    `Written by \`npm run evaluate\` on ${new Date().toISOString().slice(0, 10)}; do not edit. Seed of this run: ${seed}.`,
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
    `The simulated cloud, each story over ${stories[0]?.runs ?? 0} drawn seeds, with Entra ID P2 (Microsoft's opinion on the sign-ins besides), with P1 (the sign-in log) and without either. Right means the victim and nobody else is raised, or nobody in an innocent story. These stories are ours: they show that nothing broke, not how well strangers' attacks are found.`,
    "",
    ...storyTable(stories),
    "## A population written by somebody else",
    "",
    ...populationPart(populations),
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
    "- The population is simulated: its networks, habits and attackers are one author's idea of them. Its ordinary work is thinned to a fifth for speed.",
    "- Whether an attack was raised in time is measured on event time; records that arrive late cost minutes to hours on top (see the tables of the sets).",
    "- A password spray is told well when it comes from few addresses or one client; an attacker who comes from a home connection or telephone network of the owner's country, where the account never showed a device that he now lacks, or whose goal is one message minutes after he got in, is the weakest part.",
    "- The judgement was worked on with populations of the same generator under other seeds: whoever attacks in ways its author did not think of is not in these figures.",
    "- The secrets of the Training Lab (T6) carry no time and are placed together at the end of the log: with their times, days might lie between them, and then they would be lines under Uncommon Activity.",
    "- Weights were set while looking at the public sets; their figures are an upper bound of what an unseen tenant will show.",
  ];
}
