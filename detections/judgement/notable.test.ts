import { expect, it } from "vitest";
import { JUDGEMENT } from "../weights.ts";
import { HOUR } from "../world/seen.ts";
import { notable } from "./notable.ts";
import { accountOf, NOON, part, seenAt } from "./testing/parts.ts";
import type { Weighed } from "./weighed.ts";

const ACCOUNT = accountOf();
const told = (...rest: Weighed[]) => notable([{ account: ACCOUNT, rest }]);
const kinds = (...rest: Weighed[]) => told(...rest).map((one) => one.kind);

it("a finding is worth a line from one point on, alone or in its setting", () => {
  const of = (points: number, own: number) => kinds({ ...part(points, { id: "x", own }), points });
  expect([of(1, 0), of(0, 1), of(0.99, 0.99)]).toEqual([["x"], ["x"], []]);
});

it("a merely new place is no news, one that is suspicious is", () => {
  const of = (points: number) => kinds({ ...part(5, { id: "unfamiliar-sign-in" }), points });
  expect([of(JUDGEMENT.suspiciousAccess), of(JUDGEMENT.suspiciousAccess - 0.01)]).toEqual([["unfamiliar-sign-in"], []]);
  expect(kinds({ ...part(5, { id: "another" }), points: 0 })).toEqual(["another"]);
});

it("lines stand in order of their last record, then of kind, then of first record, whatever order they were found in", () => {
  const at = (hours: number, id: string) => seenAt({ at: NOON + hours * HOUR, id });
  const parts = [
    part(2, { id: "b", events: [at(0, "r5"), at(3, "r6")] }),
    part(2, { id: "a", events: [at(3, "r4")] }),
    part(2, { id: "b", events: [at(1, "r1"), at(3, "r2")] }),
    part(2, { id: "z", events: [at(1, "r3")] }),
  ];
  const expected = ["z r3", "a r4", "b r1", "b r5"];
  for (const list of [parts, parts.toReversed(), [...parts.slice(2), ...parts.slice(0, 2)]])
    expect(told(...list).map((one) => `${one.kind} ${one.recordIds[0]}`)).toEqual(expected);
});

it("a line names each record once, and the reason of the finding", () => {
  const both = { ...seenAt({ id: "a" }), ids: ["a", "b"] };
  expect(told(part(2, { id: "x", events: [both, both] }))).toEqual([
    { account: ACCOUNT.ref, kind: "x", at: both.event.occurredAt, recordIds: ["a", "b"], why: "Reason of x" },
  ]);
});
