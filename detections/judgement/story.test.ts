import { describe, expect, it } from "vitest";
import { JUDGEMENT } from "../weights.ts";
import { DAY, HOUR } from "../world/seen.ts";
import { byTime, cluster, judge, stories } from "./story.ts";
import { HOME, NOON, part, STRANGE, seenAt } from "./testing/parts.ts";
import type { Weighed } from "./weighed.ts";

type More = Parameters<typeof part>[1];
const access = (points: number, more: More = {}) => part(points, { stage: "access", id: "entry", ...more });
const at = (hours: number, more: Parameters<typeof seenAt>[0] = {}) => seenAt({ at: NOON + hours * HOUR, ...more });
const score = (...parts: Weighed[]) => judge(parts).score;

describe("what parts add up to", () => {
  it("the strongest access counts whole, the others half", () => {
    expect(score(access(2), access(3, { id: "other" }), access(1, { id: "third" }))).toBe(3 + 1 + 0.5);
  });

  it("of one detection the strongest counts whole, two further ones a little", () => {
    const repeats = (count: number) =>
      score(...Array.from({ length: count }, (_, n) => access(n === 0 ? 3 : 2, { events: [at(n)] })));
    expect([1, 2, 3, 4, 9].map(repeats)).toEqual([3, 3.4, 3.8, 3.8, 3.8]);
    expect(score(access(2), access(3), access(1))).toBe(3.8);
  });

  it("acts count whole for each detection, half where they rest on the records of stronger ones", () => {
    const [one, two] = [seenAt(), seenAt()];
    expect(score(part(3, { id: "a" }), part(2, { id: "b" }))).toBe(5);
    expect(score(part(2, { id: "b", events: [one] }), part(3, { id: "a", events: [one] }))).toBe(4);
    expect(score(part(3, { id: "a", events: [one] }), part(2, { id: "b", events: [one, two] }))).toBe(5);
  });
});

describe("a story is coherent", () => {
  const isStory = (...parts: Weighed[]) => judge(parts).coherent;
  const colourless = { linked: 4 };

  it("with a decisive access, given enough points", () => {
    expect(isStory(access(JUDGEMENT.incident))).toBe(true);
    expect(isStory(access(JUDGEMENT.incident - 0.01))).toBe(false);
    const act = part(JUDGEMENT.incident - JUDGEMENT.decisiveAccess, { own: 0.5, against: ["x"] });
    expect(isStory(access(JUDGEMENT.decisiveAccess), act)).toBe(true);
    expect(isStory(access(JUDGEMENT.decisiveAccess - 0.01), { ...act, points: 0.6 })).toBe(false);
  });

  it("with a clear access and acts tied to it", () => {
    const tied = (points: number, more: More = {}) => part(points, { own: 0.5, link: 1, ...colourless, ...more });
    expect(isStory(access(3.5), tied(JUDGEMENT.actsBesideAccess))).toBe(true);
    expect(isStory(access(3.6), tied(JUDGEMENT.actsBesideAccess - 0.01))).toBe(false);
    expect(isStory(access(3.5), tied(JUDGEMENT.actsBesideAccess, { link: 0 }))).toBe(false);
  });

  it("with a weak access only when the acts tell by themselves, or are many", () => {
    const weak = JUDGEMENT.clearAccess - 0.01;
    const tied = (points: number, own: number) => part(points, { own, link: 1, ...colourless });
    expect(isStory(access(weak), tied(4, JUDGEMENT.tellingOwn))).toBe(true);
    expect(isStory(access(weak), tied(4, JUDGEMENT.tellingOwn - 0.01))).toBe(false);
    expect(isStory(access(JUDGEMENT.clearAccess), tied(4, 0.5))).toBe(true);
    expect(isStory(access(weak), tied(JUDGEMENT.actsBesideWeakAccess, 0.5))).toBe(true);
    expect(isStory(access(weak), tied(JUDGEMENT.actsBesideWeakAccess - 0.01, 0.5))).toBe(false);
    expect(isStory(access(JUDGEMENT.suspiciousAccess - 0.01), tied(8, 1))).toBe(false);
    expect(isStory(access(JUDGEMENT.suspiciousAccess), tied(8, 1))).toBe(true);
  });

  it("not by reading and sending alone: that colours a story", () => {
    const reading = (own: number, linked: number) => part(4, { own, linked, link: 1 });
    expect(isStory(access(3), reading(1, JUDGEMENT.colour - 1.01))).toBe(false);
    expect(isStory(access(3), reading(1, JUDGEMENT.colour - 1))).toBe(true);
  });

  it("with a strong access and any use of the account tied to it, reading mail too", () => {
    const strong = JUDGEMENT.strongAccess;
    const use = (points: number, link = 1) => part(points, { own: 0.1, linked: 1, link });
    const few = JUDGEMENT.useBesideStrongAccess;
    const rest = Math.max(0, JUDGEMENT.incident - strong - few);
    const filler = part(rest, { id: "filler", own: 0.1 });
    expect(isStory(access(strong), use(few), filler)).toBe(true);
    expect(isStory(access(strong), use(few - 0.01), part(rest + 1, { id: "filler", own: 0.1 }))).toBe(false);
    expect(isStory(access(strong), use(few, 0), filler)).toBe(false);
    expect(isStory(access(strong - 0.01), use(few), part(rest + 1, { id: "filler", own: 0.1 }))).toBe(false);
  });

  it("with what nobody honest does beside any suspicious access", () => {
    const damning = (own: number) => part(5, { own });
    expect(isStory(access(2), damning(JUDGEMENT.damningAct))).toBe(true);
    expect(isStory(access(2), damning(JUDGEMENT.damningAct - 0.01))).toBe(false);
    expect(isStory(access(JUDGEMENT.suspiciousAccess - 0.01), damning(JUDGEMENT.damningAct))).toBe(false);
    expect(isStory(access(JUDGEMENT.suspiciousAccess), damning(JUDGEMENT.damningAct))).toBe(true);
  });

  it("as a chain of acts of two kinds, one of them damning, without any access", () => {
    const acts = (...owns: number[]) => isStory(...owns.map((own, n) => part(own, { id: `act-${n}` })));
    expect(acts(JUDGEMENT.damningAct, JUDGEMENT.chainOfActs - JUDGEMENT.damningAct)).toBe(true);
    expect(acts(JUDGEMENT.damningAct, JUDGEMENT.chainOfActs - JUDGEMENT.damningAct - 0.01)).toBe(false);
    expect(acts(JUDGEMENT.damningAct - 0.01, 3)).toBe(false);
    expect(acts(9)).toBe(false);
    const twice = [part(6, { id: "a", own: 4 }), part(6, { id: "a", own: 4 })];
    expect(isStory(...twice)).toBe(false);
  });

  it("and what speaks against an act takes half a point off the chain, unless the act is damning", () => {
    const chain = (own: number, against: string[]) =>
      isStory(part(4, { id: "a", own: 4 }), part(4, { id: "b", own, against }));
    expect(chain(2.2, [])).toBe(true);
    expect(chain(2.2, ["done on a device the company knows"])).toBe(false);
    expect(chain(2.5, ["done on a device the company knows"])).toBe(true);
    const damning = (against: string[]) =>
      isStory(part(5, { id: "a", own: JUDGEMENT.damningAct, against }), part(5, { id: "b", own: 2.6 }));
    expect(damning(["done on a device the company knows"])).toBe(true);
  });

  it("and what rests on the records of something stronger counts half in the chain and in what is tied", () => {
    const one = [seenAt()];
    const chain = (events: More) => isStory(part(4, { id: "a", events: one }), part(3, { id: "b", own: 3, ...events }));
    expect(chain({})).toBe(true);
    expect(chain({ events: one })).toBe(false);
    const tied = (id: string, points: number, events = [seenAt()]) =>
      part(points, { id, events, own: 0.5, link: 1, ...colourless });
    const need = JUDGEMENT.actsBesideWeakAccess;
    expect(isStory(access(2), tied("a", need / 2, one), tied("b", need / 2))).toBe(true);
    expect(isStory(access(2), tied("a", need / 2, one), tied("b", need / 2, one))).toBe(false);
  });

  it("and of one detection the telling one counts in the chain", () => {
    const faint = part(5, { id: "b", own: 0.5 });
    expect(isStory(part(4, { id: "a" }), faint, part(2.5, { id: "b" }))).toBe(true);
    expect(isStory(part(4, { id: "a" }), faint)).toBe(false);
  });

  it("with many signs of access that add up", () => {
    const signs = (second: number) => isStory(access(4), access(second, { id: "other" }), access(2, { id: "third" }));
    expect(signs(4)).toBe(true);
    expect(signs(3.9)).toBe(false);
  });

  it("from its first to its last record", () => {
    const long = part(1, { events: [at(3), at(9)] });
    expect(judge([long, part(1, { events: [at(1), at(5)] })])).toMatchObject({
      from: NOON + HOUR,
      to: NOON + 9 * HOUR,
    });
  });
});

describe("findings belong together", () => {
  const groups = (...parts: Weighed[]) => cluster(parts).map((list) => list.map((p) => parts.indexOf(p)));
  const evil = { ip: "45.76.10.9", place: STRANGE };

  it("when they are close in time, counted from the last record of the story", () => {
    const first = access(2, { events: [at(0), at(10)] });
    const later = (hours: number) => part(2, { events: [at(hours)] });
    expect(groups(first, later(10 + JUDGEMENT.sameStoryHours))).toEqual([[0, 1]]);
    expect(groups(first, later(10.01 + JUDGEMENT.sameStoryHours))).toEqual([[0], [1]]);
    const short = part(2, { events: [at(1)] });
    expect(groups(first, short, later(10 + JUDGEMENT.sameStoryHours))).toEqual([[0, 1, 2]]);
  });

  it("when one strange address comes back within a week, whoever else is there", () => {
    const days = JUDGEMENT.sameAddressDays * 24;
    const back = (hours: number, more: object = evil) => part(2, { events: [at(hours, more)] });
    const first = access(2, { events: [at(0, evil)] });
    expect(groups(first, back(days))).toEqual([[0, 1]]);
    expect(groups(first, back(days + 0.01))).toEqual([[0], [1]]);
    expect(groups(first, back(days, { ...evil, ip: "45.76.10.10" }))).toEqual([[0], [1]]);
    expect(groups(first, back(days, { ...evil, place: HOME }))).toEqual([[0], [1]]);
    expect(groups(first, back(days, { place: STRANGE }))).toEqual([[0], [1]]);
    expect(
      groups(first, part(2, { events: [at(1, { ...evil, ip: "1.2.3.4" })] }), back(days, { ...evil, ip: "1.2.3.4" })),
    ).toEqual([[0, 1, 2]]);
  });

  it("when they tell something: a suspicious access, an act tied to one, or an act that weighs by itself", () => {
    expect(groups(access(JUDGEMENT.suspiciousAccess - 0.01))).toEqual([]);
    expect(groups(access(JUDGEMENT.suspiciousAccess))).toEqual([[0]]);
    expect(groups(part(JUDGEMENT.tellingAct, { link: 0.1 }))).toEqual([[0]]);
    expect(groups(part(JUDGEMENT.tellingAct - 0.01, { link: 1 }))).toEqual([]);
    expect(groups(part(0.99))).toEqual([]);
    expect(groups(part(1))).toEqual([[0]]);
  });

  it("in order of time, then of what they are, whatever order they come in", () => {
    const parts = [
      part(1, { id: "a", events: [at(0), at(1)] }),
      part(1, { id: "a", events: [at(0), at(2)] }),
      part(1, { id: "b", events: [at(0), at(2)], more: { dedup: "x" } }),
      part(1, { id: "b", events: [at(0), at(2)], more: { dedup: "y" } }),
      part(1, { id: "a", events: [at(1)] }),
    ];
    expect([...parts].reverse().sort(byTime)).toEqual(parts);
    for (const [i, one] of parts.entries())
      for (const [j, other] of parts.entries()) if (i !== j) expect(Math.sign(byTime(one, other))).toBe(i < j ? -1 : 1);
  });
});

describe("the stories of an account", () => {
  const days = (n: number) => n * 24;
  const break_in = (hours: number) =>
    access(7, { events: [at(hours, { ip: `45.76.10.${Math.abs(hours) % 250}`, place: STRANGE })] });

  it("within a month are one that was never ended", () => {
    const month = JUDGEMENT.sameCompromiseDays;
    const one = stories([break_in(0), break_in(days(month))]);
    expect(one.incidents.map((s) => s.parts.length)).toEqual([2]);
    expect(one.incidents[0]).toMatchObject({ from: NOON, to: NOON + month * DAY, coherent: true });
    expect(stories([break_in(0), break_in(days(month) + 1)]).incidents.map((s) => s.parts.length)).toEqual([1, 1]);
  });

  it("leave over what is in none of them", () => {
    const [faint, alone] = [part(0.5), part(2, { events: [at(days(-20))] })];
    const told = stories([break_in(0), faint, alone]);
    expect(told.incidents).toHaveLength(1);
    expect(told.rest).toEqual([faint, alone]);
  });

  it("are told in order of time", () => {
    const [late, early] = [break_in(days(70)), break_in(0)];
    expect(stories([late, early]).incidents.map((s) => s.from)).toEqual([early.from, late.from]);
    const merged = stories([break_in(days(9)), early]).incidents[0]!;
    expect(merged.parts.map((p) => p.from)).toEqual([NOON, NOON + 9 * DAY]);
  });
});
