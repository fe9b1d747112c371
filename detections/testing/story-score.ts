import { SCENARIOS } from "#simulator/scenarios/catalogue.ts";
import { poissonUpper } from "../evaluation-bounds.ts";
import { raised, userDays } from "../evaluation-score.ts";
import { judgeStory, LICENCES, type Licence, type Played, playStory } from "./story-tenant.ts";

export type StoryScore = {
  story: string;
  licence: Licence;
  runs: number;
  /** Runs that raised the victim (an attack), or nobody (an innocent story). */
  right: number;
  /** Accounts raised that are nobody's victim, over all runs. */
  false: number;
  userDays: number;
  /** Upper 95 % bound of false incidents per 1,000 user-days. */
  upper: number;
  /** Share of the attacker's rows marked his, and of the owner's rows marked the attacker's; null without an attack. */
  marked: number | null;
  wronged: number | null;
  /** Slowest, in minutes of event time from the attacker's first record to the one that made it an incident. */
  slowest: number | null;
};

function rows(
  played: Played,
  incidents: ReturnType<typeof judgeStory>,
): { his: number; marked: number; owner: number; wrong: number } {
  const truth = new Set(played.truth.recordIds as string[]);
  const ips = new Set((played.truth.ips ?? []) as string[]);
  /** What the deceived owner did himself: neither answer is wrong. */
  const deceived = new Set((played.truth.deceivedIds ?? []) as string[]);
  const ipOf = new Map(played.events.map((e) => [e.recordId, e.client.ip ?? ""]));
  const out = { his: 0, marked: 0, owner: 0, wrong: 0 };
  for (const { recordId, verdict } of incidents.attribution) {
    const isMarked = verdict === "attacker" ? 1 : 0;
    if (truth.has(recordId)) {
      out.his += 1;
      out.marked += isMarked;
    } else if (!deceived.has(recordId) && !ips.has(ipOf.get(recordId) ?? "")) {
      out.owner += 1;
      out.wrong += isMarked;
    }
  }
  return out;
}

/** Plays one story over several seeds and scores what the engine makes of it. */
function scoreStory(story: string, isAttack: boolean, licence: Licence, seeds: readonly string[]): StoryScore {
  const sum = { right: 0, false: 0, days: 0, his: 0, marked: 0, owner: 0, wrong: 0, slowest: 0 };
  for (const seed of seeds) {
    const played = playStory(story, seed, licence);
    const analysis = judgeStory(played);
    const victim = played.victim.toLowerCase();
    const incidents = raised(analysis);
    const mine = incidents.find((i) => i.account.upn.toLowerCase() === victim);
    const strangers = incidents.filter((i) => !isAttack || i.account.upn.toLowerCase() !== victim).length;
    sum.false += strangers;
    if (strangers === 0 && (mine !== undefined) === isAttack) sum.right += 1;
    sum.days += userDays(played.events);
    if (!isAttack || !mine) continue;
    const counted = rows(played, analysis);
    for (const key of ["his", "marked", "owner", "wrong"] as const) sum[key] += counted[key];
    const minutes = (Date.parse(mine.detectableAt) - Date.parse(mine.firstAttackerActivity)) / 60_000;
    sum.slowest = Math.max(sum.slowest, minutes);
  }
  return {
    story,
    licence,
    runs: seeds.length,
    right: sum.right,
    false: sum.false,
    userDays: sum.days,
    upper: sum.days === 0 ? 0 : (poissonUpper(sum.false) * 1000) / sum.days,
    marked: sum.his === 0 ? null : sum.marked / sum.his,
    wronged: sum.owner === 0 ? null : sum.wrong / sum.owner,
    slowest: isAttack ? Math.round(sum.slowest) : null,
  };
}

/** Every story with each licence; seeds follow from the drawn one. */
export function scoreStories(count: number, seed: number): StoryScore[] {
  const seeds = Array.from({ length: count }, (_, n) => `${seed}-${n}`);
  const all = [...SCENARIOS.map((s) => ({ id: s.id, isAttack: s.twinOf === null })), { id: "quiet", isAttack: false }];
  return all.flatMap(({ id, isAttack }) => LICENCES.map((licence) => scoreStory(id, isAttack, licence, seeds)));
}
