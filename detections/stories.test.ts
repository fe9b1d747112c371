import { describe, expect, it } from "vitest";
import { SCENARIOS } from "#simulator/scenarios/catalogue.ts";
import { judgeStory, type Licence, playStory } from "./testing/story-tenant.ts";

const SEEDS = Array.from({ length: 20 }, (_, n) => String(n + 1));
/** Without a licence fewer seeds: the same records less the sign-in log. */
const LICENCES: [Licence, string[]][] = [
  ["p1", SEEDS],
  ["none", SEEDS.slice(0, 5)],
];

for (const scenario of SCENARIOS) {
  describe(scenario.title, () => {
    for (const [licence, seeds] of LICENCES) {
      it(`${scenario.twinOf ? "raises nobody" : "raises the victim once and nobody else"} over ${seeds.length} seeds, licence ${licence}`, {
        timeout: 120_000,
      }, () => {
        for (const seed of seeds) {
          const played = playStory(scenario.id, seed, licence);
          const { incidents } = judgeStory(played);
          const raised = incidents.map((i) => i.account.upn.toLowerCase());
          expect(raised, `seed ${seed}`).toEqual(scenario.twinOf ? [] : [played.victim.toLowerCase()]);
        }
      });
    }
  });
}

it("a company with nothing but ordinary work raises nothing", { timeout: 60_000 }, () => {
  for (const seed of SEEDS.slice(0, 5))
    expect(judgeStory(playStory("quiet", seed)).incidents, `seed ${seed}`).toEqual([]);
});

it("the attacker's rows are marked and the owner's are not", { timeout: 60_000 }, () => {
  let his = 0;
  let marked = 0;
  let owners = 0;
  let wrong = 0;
  for (const seed of SEEDS.slice(0, 8)) {
    const played = playStory("aitm-mail-rule", seed);
    const truth = new Set(played.truth.recordIds as string[]);
    const ips = new Set(played.truth.ips as string[]);
    const byId = new Map(played.events.map((e) => [e.recordId, e]));
    for (const row of judgeStory(played).attribution) {
      if (truth.has(row.recordId)) {
        his += 1;
        if (row.verdict === "attacker") marked += 1;
      } else if (!ips.has(byId.get(row.recordId)?.client.ip ?? "")) {
        owners += 1;
        if (row.verdict === "attacker") wrong += 1;
      }
    }
  }
  expect(marked / his).toBeGreaterThanOrEqual(0.95);
  expect(owners).toBeGreaterThan(100);
  expect(wrong / owners).toBeLessThan(0.01);
});

it("the owner's first day on a network, long before the attack, is never the attacker's", { timeout: 180_000 }, () => {
  for (const seed of SEEDS) {
    const played = playStory("spray-forward-connector", seed);
    const { incidents, attribution } = judgeStory(played);
    const first = Math.min(...incidents.map((i) => Date.parse(i.firstAttackerActivity)));
    const timeOf = new Map(played.events.map((e) => [e.recordId, Date.parse(e.occurredAt)]));
    const early = attribution.filter(
      (row) => row.verdict === "attacker" && (timeOf.get(row.recordId) ?? first) < first - 7 * 86_400_000,
    );
    expect(early, `seed ${seed}`).toEqual([]);
  }
});
