import { afterAll, beforeAll, expect, test } from "vitest";
import { type House, type Person, until } from "./house.ts";
import { attackUnder, type Customer, onboard, openQuietHouse, outcome } from "./kill-walk.ts";
import type { Containment, Deaths } from "./kill-worker.ts";

const STORY = "aitm-mail-rule";
/** Writes of Response on this story, with the call of each as the simulated cloud names it. */
const WRITES = {
  "revoke-sessions": { method: "POST", pathPattern: "/revokeSignInSessions$" },
  "disable-account": { method: "PATCH", pathPattern: "/users/[^/]+$" },
  "move-message": { method: "POST", pathPattern: "/move$" },
  "delete-inbox-rule": { method: "DELETE", pathPattern: "/messageRules/" },
} as const;
type Write = keyof typeof WRITES;
const POINTS = ["before-request", "after-effect", "after-answer", "after-record"] as const;
const DEATHS = (Object.keys(WRITES) as Write[]).flatMap((write) => POINTS.map((point) => ({ write, point })));

let house: House;
let admin: Person;
let serve: Containment;
let calm: Awaited<ReturnType<typeof outcome>>;
const recovered: string[] = [];
const coming = new Map<number, Promise<Customer>>();

beforeAll(async () => {
  ({ house, admin, serve } = await openQuietHouse());
  calm = (await attacked(await onboard(house, admin, STORY, "calm"))).after;
}, 240_000);
afterAll(async () => {
  if (recovered.length > 0) console.log(`Killed, then all as if not after:\n${recovered.join("\n")}`);
  await house?.close();
});

/** The customer of the n-th death; the one after it is made ready meanwhile. */
function customerOf(n: number): Promise<Customer> {
  for (const index of [n, n + 1])
    if (index < DEATHS.length && !coming.has(index)) {
      const ready = onboard(house, admin, STORY, `death-${index}`);
      ready.catch(() => {});
      coming.set(index, ready);
    }
  return coming.get(n) as Promise<Customer>;
}

/** The attack and the response to it, with a death in the middle or without. */
async function attacked(customer: Customer, killAt?: string) {
  let deaths: Deaths | undefined;
  try {
    const { phish, ...seen } = await attackUnder(house, admin, customer, () => {
      deaths = serve(killAt ? { at: killAt } : undefined);
    });
    const done = Date.now();
    const diedAt = killAt ? await until("the planned death", async () => deaths?.diedAt) : done;
    const after = await outcome(house, admin, customer, seen);
    expect(after.moved).toEqual(phish);
    return { after, lasted: done - diedAt };
  } finally {
    await deaths?.stop();
  }
}

test("undisturbed, Response changes what it must, each thing once but the sessions, which it ends again after the lock", () => {
  expect(calm.end).toMatchObject({ accountEnabled: false, attackerRules: 0, phishAbout: [], contained: true });
  expect(calm.moved.length).toBeGreaterThan(1);
  expect(calm.twice).toEqual(["revoke sessions of the victim"]);
});

test.each(DEATHS)(
  "a worker killed at $write $point leaves the same end state and the same changes as one that lives [L6]",
  async ({ write, point }) => {
    const customer = await customerOf(DEATHS.findIndex((death) => death.write === write && death.point === point));
    // The effect happens and its answer never reaches the worker, which dies before it can note anything.
    if (point === "after-effect")
      await house.admin(`/admin/tenants/${customer.cloud.tenantId}/faults`, {
        kind: "lost-answer",
        answer: "reset",
        count: 1,
        match: WRITES[write],
      });
    const { after, lasted } = await attacked(customer, `${write}:${point}`);
    recovered.push(`${write} ${point}: ${(lasted / 1000).toFixed(1)} s`);
    const { moved: _calmMoves, ...expected } = calm;
    const { moved: _moves, ...seen } = after;
    expect(seen).toEqual(expected);
  },
);

test("nothing was written that no rule allows [S43]", async () => {
  expect((await house.truth<{ violations: unknown[] }>("/truth/violations")).violations).toEqual([]);
});
