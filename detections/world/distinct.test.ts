import { expect, it } from "vitest";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { at, HOSTING, signIn } from "../testing/case-kit.ts";
import { distinctEvents } from "./distinct.ts";

const version = (riskLevel: string, riskState: string, contentHash: string): NormalizedEvent => ({
  ...signIn(at(20, "09:00"), HOSTING),
  recordId: "one",
  contentHash,
  signIn: { isInteractive: true, riskLevel, riskState },
});

const kept = (...events: NormalizedEvent[]) =>
  distinctEvents({ events, factsOf: () => ({}), asOf: at(21, "00:00") }).map((s) => s.event.signIn?.riskLevel);

it("of two versions of a sign-in the one with Microsoft's later opinion counts, whichever came first", () => {
  const [early, late] = [version("none", "none", "f"), version("high", "atRisk", "0")];
  expect(kept(early, late)).toEqual(["high"]);
  expect(kept(late, early)).toEqual(["high"]);
  const dismissed = version("none", "dismissed", "8");
  expect(kept(dismissed, late, early)).toEqual(["none"]);
});
