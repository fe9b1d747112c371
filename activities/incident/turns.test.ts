import { expect, test } from "vitest";
import { BEGIN_EVERY_MS, createTurns, LONGEST_TURN_MS } from "./turns.ts";

function clockwork() {
  let at = 1_000;
  const turn = createTurns(() => at);
  return { turn, pass: (ms: number) => (at += ms) };
}

test("one alone begins at once, and so does the next one later", () => {
  const { turn, pass } = clockwork();
  expect(turn("a")).toBe(0);
  pass(BEGIN_EVERY_MS);
  expect(turn("b")).toBe(0);
});

test("many at the same moment begin one after the other, in the order they came", () => {
  const { turn, pass } = clockwork();
  const waits = ["a", "b", "c", "d"].map(turn);
  expect(waits).toEqual([0, BEGIN_EVERY_MS, 2 * BEGIN_EVERY_MS, 3 * BEGIN_EVERY_MS]);
  pass(BEGIN_EVERY_MS);
  expect(turn("c")).toBe(BEGIN_EVERY_MS);
  expect(turn("b")).toBe(0);
  pass(BEGIN_EVERY_MS);
  expect(turn("c")).toBe(0);
  expect(turn("e")).toBe(2 * BEGIN_EVERY_MS);
});

test("nobody waits longer than a minute for others, and who never comes back keeps nobody", () => {
  const { turn, pass } = clockwork();
  const waits = Array.from({ length: 1_000 }, (_, n) => turn(`incident-${n}`));
  expect(Math.max(...waits)).toBe(LONGEST_TURN_MS);
  pass(3 * LONGEST_TURN_MS);
  expect(turn("late")).toBe(0);
  expect(turn("incident-999")).toBe(BEGIN_EVERY_MS);
});
