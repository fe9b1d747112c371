import { describe, expect, it } from "vitest";
import type { Analysis } from "#domain/incident/analysis.ts";
import { SCENARIOS } from "#simulator/scenarios/catalogue.ts";
import { judgeStory, type Licence, type Played, playStory } from "./story-tenant.ts";

export const SEEDS = Array.from({ length: 20 }, (_, n) => String(n + 1));
/** The same acts with another licence differ in what the logs show of them: fewer seeds do. */
export const FEWER = SEEDS.slice(0, 5);
const OTHER_LICENCES: Licence[] = ["none", "p2"];

type Run = { played: Played; analysis: Analysis };

/** One play and one judgement for each story, seed and licence: several tests read the same run. */
const runs = new Map<string, Run>();
export function run(story: string, seed: string, licence: Licence): Run {
  const key = `${story}/${seed}/${licence}`;
  const known = runs.get(key);
  if (known) return known;
  const played = playStory(story, seed, licence);
  const made = { played, analysis: judgeStory(played) };
  if (FEWER.includes(seed)) runs.set(key, made);
  return made;
}

const raised = ({ analysis }: Run): string[] => analysis.incidents.map((i) => i.account.upn.toLowerCase());

type Rows = { his: number; marked: number; owners: number; wrong: number };

/** How the rows of a raised account were marked. What the deceived owner did himself counts neither way. */
function countRows({ played, analysis }: Run, into: Rows): void {
  const truth = new Set(played.truth.recordIds as string[]);
  const deceived = new Set((played.truth.deceivedIds ?? []) as string[]);
  const ips = new Set(played.truth.ips as string[]);
  const ipOf = new Map(played.events.map((e) => [e.recordId, e.client.ip ?? ""]));
  for (const { recordId, verdict } of analysis.attribution) {
    const isMarked = verdict === "attacker" ? 1 : 0;
    if (truth.has(recordId)) {
      into.his += 1;
      into.marked += isMarked;
    } else if (!deceived.has(recordId) && !ips.has(ipOf.get(recordId) ?? "")) {
      into.owners += 1;
      into.wrong += isMarked;
    }
  }
}

/** Every story and twin of one share of the catalogue over its seeds and licences; a file takes a share, so that both cores have work. */
export function checkStories(share: number, shares: number): void {
  for (const { id, title, twinOf } of SCENARIOS.filter((_, n) => n % shares === share))
    checkStory({ id, title, twinOf });
}

function checkStory({ id, title, twinOf }: Pick<(typeof SCENARIOS)[number], "id" | "title" | "twinOf">): void {
  const expected = ({ played }: Run): string[] => (twinOf ? [] : [played.victim.toLowerCase()]);
  const what = twinOf ? "raises nobody" : "raises the victim once and nobody else";

  describe(`${id}: ${title}`, () => {
    const rows: Rows = { his: 0, marked: 0, owners: 0, wrong: 0 };

    it(`${what} over ${SEEDS.length} seeds with P1`, { timeout: 240_000 }, () => {
      for (const seed of SEEDS) {
        const one = run(id, seed, "p1");
        expect(raised(one), `seed ${seed}`).toEqual(expected(one));
        countRows(one, rows);
      }
    });

    it.each(OTHER_LICENCES)(`${what} with the licence %s`, { timeout: 240_000 }, (licence) => {
      for (const seed of FEWER) {
        const one = run(id, seed, licence);
        expect(raised(one), `seed ${seed}`).toEqual(expected(one));
      }
    });

    if (twinOf) return;

    it("with P2 Microsoft's opinion never makes Petra later, and without a licence it comes before the story's end", {
      timeout: 240_000,
    }, () => {
      for (const seed of FEWER) {
        const at = (licence: Licence): number =>
          Date.parse(run(id, seed, licence).analysis.incidents[0]?.detectableAt ?? "");
        expect(at("p2"), `seed ${seed}`).toBeLessThanOrEqual(at("p1"));
        const { played, analysis } = run(id, seed, "none");
        const his = new Set(played.truth.recordIds as string[]);
        const last = played.events.filter((e) => his.has(e.recordId)).map((e) => Date.parse(e.occurredAt));
        // what is found in the live inventory is found by the scan, whenever that is
        if (analysis.incidents[0]?.kind !== "leftover-persistence")
          expect(at("none"), `seed ${seed}`).toBeLessThanOrEqual(Math.max(...last));
      }
    });

    it("what had happened when it could be known is enough to know it", { timeout: 240_000 }, () => {
      for (const licence of ["p1", "none"] as const) {
        const { played, analysis } = run(id, "1", licence);
        const [incident] = analysis.incidents;
        if (incident?.kind === "leftover-persistence") continue;
        const known = played.events.filter((e) => e.occurredAt <= (incident?.detectableAt ?? ""));
        expect(
          judgeStory(played, known).incidents.map((i) => i.account.upn),
          licence,
        ).toEqual([incident?.account.upn]);
      }
    });

    it("marks the attacker's rows and leaves the owner's alone", () => {
      expect(rows.wrong).toBeLessThanOrEqual(rows.owners * 0.01);
      if (rows.his > 0) expect(rows.marked / rows.his).toBeGreaterThanOrEqual(0.95);
    });
  });
}
