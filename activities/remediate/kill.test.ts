import { afterAll, beforeAll, expect, test } from "vitest";
import type { FaultHook } from "./case.ts";
import { type Opened, openRig, type Rig } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const STORIES = {
  "aitm-mail-rule": {
    artifacts: (attack: Record<string, unknown>) => [
      { kind: "inbox-rule" as const, name: String(attack.ruleName), objectId: String(attack.ruleId) },
    ],
    phish: (attack: Record<string, unknown>) => [(attack.phish as { received: string }).received],
  },
  "forgotten-persistence": {
    artifacts: (attack: Record<string, unknown>) => [
      { kind: "service-principal" as const, name: "app", objectId: String(attack.servicePrincipalId) },
      { kind: "oauth-grant" as const, name: "grant", objectId: String(attack.grantId) },
    ],
    phish: () => [],
  },
};

class Killed extends Error {}

/** Runs a step until it gets through; each death is a new instance of the room, as after a restart. */
async function survive<T>(hook: FaultHook, run: (activities: Rig["activities"]) => Promise<T>): Promise<T> {
  for (let n = 0; n < 10; n++) {
    try {
      return await run(rig.withFault(hook));
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      await rig.cloud.advance(2);
    }
  }
  throw new Error("never got through");
}

/** All six steps; the effects without the seed's own ids, and where everything stands. */
async function walk(it: Opened, hook: FaultHook) {
  await rig.activities.planRemediation(it.at);
  await survive(hook, (a) => a.lockAccount(it.byResponse));
  await rig.cloud.advance(3);
  await survive(hook, (a) => a.verifyLock(it.at));
  await survive(hook, (a) => a.retractPhish(it.byResponse));
  await survive(hook, (a) => a.disablePersistence(it.byResponse));
  const reset = await it.order({ kind: "run-step", step: "reset-password" });
  await rig.cloud.advance(3);
  await survive(hook, (a) => a.resetPassword({ ...reset, forMemberId: it.member.id }));
  await survive(hook, (a) => a.verifyPassword(it.at));
  const back = await it.order({ kind: "run-step", step: "reenable-account", handedOver: true });
  await survive(hook, (a) => a.reenableAccount(back));
  const close = await it.order({ kind: "mark-remediated", reasons: {} });
  await survive(hook, (a) => a.closeIncident({ ...close, reasons: {} }));
  const ledger = (await it.rows()).map((row) => `${row.kind} ${row.state}`);
  return {
    moves: (await it.effects()).filter((effect) => effect.startsWith("move")),
    effects: (await it.effects()).map((effect) =>
      effect
        .split(" ")
        .slice(0, 3)
        .join(" ")
        .replace(/[\w-]{8,}.*/, ""),
    ),
    ledger,
    status: (await it.stored()).status,
    steps: Object.fromEntries(Object.entries(await it.steps()).map(([id, step]) => [id, step.state])),
    enabled: (await it.victim()).accountEnabled,
    generation: (await it.victim()).passwordGeneration,
  };
}

const POINTS = ["before-request", "after-effect", "after-answer", "after-record"] as const;

test.each(Object.keys(STORIES) as (keyof typeof STORIES)[])(
  "a death at any point of any write of %s leaves the same end state and the same effects",
  async (story) => {
    const calm = await walk(await rig.openIncident({ story, seed: `calm-${story}`, ...STORIES[story] }), () => {});
    expect(calm.status).toBe("remediated");
    expect(calm.effects.length).toBeGreaterThanOrEqual(6);
    for (const point of POINTS) {
      const died = new Set<string>();
      const hook: FaultHook = ({ action, at }) => {
        const key = `${action}`;
        if (at !== point || died.has(key)) return;
        died.add(key);
        throw new Killed(`${action} ${at}`);
      };
      const it = await rig.openIncident({ story, seed: `killed-${story}-${point}`, ...STORIES[story] });
      const killed = await walk(it, hook);
      expect(died.size).toBeGreaterThanOrEqual(5);
      expect(new Set(killed.effects)).toEqual(new Set(calm.effects));
      const { effects: _a, moves: _m, ledger: calmLedger, ...calmEnd } = calm;
      const { effects: _b, moves, ledger, ...end } = killed;
      expect(new Set(moves).size).toBe(moves.length);
      expect(end).toEqual(calmEnd);
      expect(new Set(ledger)).toEqual(new Set(calmLedger));
      const once = (rows: string[]) => rows.filter((row) => !row.startsWith("move")).sort();
      expect(once(killed.effects)).toEqual(once(calm.effects));
    }
    expect(await rig.cloud.violations()).toEqual([]);
  },
  60_000,
);
