import fc from "fast-check";
import { expect, it } from "vitest";
import { DAY } from "./seen.ts";
import { MAX_VALUES, Sightings } from "./sightings.ts";

const START = Date.UTC(2026, 5, 1);

type Sighting = { first: number; days: number; last: number };

/** The same rules with a map for each owner and kind. */
class Model {
  readonly sightings = new Map<string, Sighting>();
  readonly attended = new Map<string, Set<number>>();

  learn(owner: string, kind: number, value: string, at: number): void {
    const key = JSON.stringify([owner, kind, value]);
    const day = Math.floor(at / DAY);
    const known = this.sightings.get(key);
    if (!known || day - known.last > 120) this.sightings.set(key, { first: at, days: 1, last: day });
    else if (known.last !== day) {
      known.days += 1;
      known.last = day;
    }
    this.attended.set(owner, (this.attended.get(owner) ?? new Set()).add(day));
  }
}

const act = fc.record({
  owner: fc.constantFrom("ann", "bob", "cle", "dan"),
  kind: fc.integer({ min: 0, max: 12 }),
  value: fc.oneof(fc.constantFrom("a", "b", "ab", "ba", "203.0.113.7", "203.0.113.70"), fc.string({ maxLength: 12 })),
  after: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 130 * 86_400 })),
});

it("remembers what maps would, before and after a snapshot", () => {
  fc.assert(
    fc.property(
      fc.array(act, { maxLength: 200 }),
      fc.integer(),
      fc.constantFrom(2, 8),
      fc.nat(),
      (acts, seed, size, cut) => {
        let table = new Sightings(seed, size);
        const model = new Model();
        let at = START;
        for (const [n, { owner, kind, value, after }] of acts.entries()) {
          if (n === cut % 200) table = Sightings.adopt(table.snapshot());
          at += after * 1000;
          const opened = table.open(owner);
          table.attend(opened, at);
          table.learn(opened, kind, value, at);
          model.learn(owner, kind, value, at);
        }
        for (const { owner, kind, value } of acts)
          for (const asked of ["ann", "bob", "cle", "dan", owner])
            for (const k of [kind, (kind + 1) % 13]) {
              const opened = table.owner(asked);
              const known = model.sightings.get(JSON.stringify([asked, k, value]));
              const found = opened === 0 ? 0 : table.find(opened, k, value);
              expect(found !== 0).toBe(known !== undefined);
              if (known && found !== 0)
                expect([table.first(found), table.days(found)]).toEqual([known.first, known.days]);
              expect(opened === 0 ? 0 : table.attended(opened)).toBe(model.attended.get(asked)?.size ?? 0);
            }
      },
    ),
    { numRuns: 60 },
  );
});

it("keeps owners apart where there are more than one piece of the table holds", () => {
  const table = new Sightings(7, 8);
  const count = 60_000;
  for (let round = 0; round < 2; round++)
    for (let n = 0; n < count; n++)
      for (let value = 0; value < 5; value++)
        table.learn(table.open(`user-${n}`), value, `${n % 1000}-${value}-${round}`, START + n * 1000);
  const again = Sightings.adopt(table.snapshot());
  for (const one of [table, again]) {
    expect(one.owners).toBe(count);
    for (let n = 0; n < count; n += 7) {
      const owner = one.owner(`user-${n}`);
      expect(one.first(one.find(owner, 3, `${n % 1000}-3-1`))).toBe(START + n * 1000);
      expect(one.find(owner, 3, `${(n + 1) % 1000}-3-1`)).toBe(0);
      expect(one.find(owner, 4, `${n % 1000}-3-1`)).toBe(0);
    }
  }
});

it("goes on from a snapshot taken anywhere, also where a piece of the table is about to end", () => {
  // 26,886 owners of 39 words fill a piece but for 21 words, in which no other has room.
  for (const count of [1, 26, 27, 26_885, 26_886, 26_887]) {
    const learn = (table: Sightings, n: number) => table.learn(table.open(`user-${n}`), 0, `v${n}`, START + n * 1000);
    const whole = new Sightings(7, 12);
    for (let n = 0; n < count + 30; n++) learn(whole, n);
    let halved = new Sightings(7, 12);
    for (let n = 0; n < count; n++) learn(halved, n);
    halved = Sightings.adopt(halved.snapshot());
    for (let n = count; n < count + 30; n++) learn(halved, n);
    expect(Buffer.compare(halved.snapshot(), whole.snapshot())).toBe(0);
  }
});

it("an owner who never stops bringing new values takes a bounded room, and keeps the other kinds", () => {
  const table = new Sightings(7, 8);
  const owner = table.open("ann");
  for (let n = 0; n < 20_000; n++) table.learn(owner, 0, `2001:db8::${n.toString(16)}`, START + n * 1000);
  table.learn(owner, 1, "NL", START);
  expect(table.bytes).toBeLessThan(20 * MAX_VALUES * 4);
  expect(table.find(owner, 0, "2001:db8::0")).not.toBe(0);
  expect(table.find(owner, 1, "NL")).not.toBe(0);
});

it("counts, marks and asks for kinds and for a number of values", () => {
  const table = new Sightings(7, 2);
  const owner = table.open("ann");
  expect(table.hasAny(owner, 3)).toBe(false);
  for (let n = 0; n < 300; n++) table.count(owner, 3, "Chrome", START);
  expect(table.days(table.find(owner, 3, "Chrome"))).toBe(255);
  table.mark(owner, 4, "203.0.113.7", START);
  table.mark(owner, 4, "203.0.113.7", START + DAY);
  expect(table.first(table.find(owner, 4, "203.0.113.7"))).toBe(START + DAY);
  expect([3, 4, 5].map((kind) => table.hasAny(owner, kind))).toEqual([true, true, false]);
  for (let n = 0; n < 5; n++) table.learn(owner, 5, `v${n}`, START + n * DAY);
  const early = (found: number) => table.first(found) < START + 2 * DAY;
  expect(table.hasAtLeast(owner, 4, early)).toBe(true);
  expect(table.hasAtLeast(owner, 5, early)).toBe(false);
});

it("another seed gives another table for the same values, and bytes that are no table are refused", () => {
  const [one, other] = [3, 4].map((seed) => {
    const table = new Sightings(seed, 8);
    table.learn(table.open("ann"), 0, "203.0.113.7", START);
    return table.snapshot();
  });
  expect(one).not.toEqual(other);
  expect(() => Sightings.adopt(one!.subarray(4))).toThrow("No table");
  expect(() => Sightings.adopt(one!.subarray(0, one!.length - 4))).toThrow("No table");
});
