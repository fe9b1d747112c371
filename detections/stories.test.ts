import { expect, it } from "vitest";
import { FEWER, run, SEEDS } from "./testing/story-checks.ts";

it("an application with a look-alike name is told as what it is, although its servers are all that is strange", {
  timeout: 240_000,
}, () => {
  for (const seed of FEWER)
    expect(run("lookalike-consents", seed, "p1").analysis.incidents[0]?.kind, `seed ${seed}`).toBe("illicit-consent");
});

it("a slow spray from ever new addresses is told as one when its client gets in", { timeout: 240_000 }, () => {
  for (const licence of ["p1", "none"] as const)
    for (const seed of FEWER) {
      const { analysis } = run("slow-spray", seed, licence);
      expect(analysis.incidents[0]?.kind, `seed ${seed}`).toBe("spray-compromise");
      expect(analysis.failedAttacks.filter((f) => f.kind === "PASSWORD_SPRAY").length).toBeGreaterThan(0);
    }
});

it("a company with nothing but ordinary work raises nothing, whatever Microsoft thinks of a sign-in", {
  timeout: 240_000,
}, () => {
  let found = 0;
  for (const licence of ["p1", "p2"] as const) {
    for (const seed of FEWER) {
      const one = run("quiet", seed, licence);
      expect(one.analysis.incidents, `seed ${seed}`).toEqual([]);
      if (licence === "p2")
        found += one.played.events.filter((e) => /low|medium|high/.test(e.signIn?.riskLevel ?? "")).length;
    }
  }
  expect(found, "Microsoft is wrong about an innocent now and then").toBeGreaterThan(0);
});

it("the owner's first day on a network, long before the attack, is never the attacker's", { timeout: 240_000 }, () => {
  for (const seed of SEEDS) {
    const { played, analysis } = run("spray-forward-connector", seed, "p1");
    const first = Math.min(...analysis.incidents.map((i) => Date.parse(i.firstAttackerActivity)));
    const timeOf = new Map(played.events.map((e) => [e.recordId, Date.parse(e.occurredAt)]));
    const early = analysis.attribution.filter(
      (row) => row.verdict === "attacker" && (timeOf.get(row.recordId) ?? first) < first - 7 * 86_400_000,
    );
    expect(early, `seed ${seed}`).toEqual([]);
  }
});
