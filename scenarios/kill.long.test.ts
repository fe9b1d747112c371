import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandInput } from "#domain/command/command.ts";
import { type House, type Person, until } from "./house.ts";
import { attackUnder, type Customer, onboard, openQuietHouse, outcome } from "./kill-walk.ts";
import type { Containment, Deaths } from "./kill-worker.ts";

const STORIES = ["aitm-mail-rule", "forgotten-persistence", "spray-forward-connector"];
const POINTS = ["before-request", "after-effect", "after-answer", "after-record"] as const;
/** What people order after Response has done its part. */
const ORDERS: CommandInput[] = [
  { kind: "run-step", step: "reset-password" },
  { kind: "run-step", step: "reenable-account", handedOver: true },
  { kind: "mark-remediated", reasons: {} },
];

let house: House;
let admin: Person;
let serve: Containment;
let seeds = 0;

beforeAll(async () => {
  ({ house, admin, serve } = await openQuietHouse());
}, 240_000);
afterAll(() => house?.close());

/** All six steps of a new customer; each order waits for the one before it. */
async function walk(story: string, killAt?: string) {
  const customer: Customer = await onboard(house, admin, story, `long-${seeds++}`);
  let deaths: Deaths | undefined;
  try {
    const { phish, ...seen } = await attackUnder(house, admin, customer, () => {
      deaths = serve(killAt);
    });
    const { incidentId } = seen;
    for (const input of ORDERS) {
      const { command } = await house.order(admin, incidentId, input);
      expect(command).toMatchObject({ state: "done" });
    }
    if (killAt) await until("the planned death", async () => deaths?.diedAt);
    const after = await outcome(house, admin, customer, seen);
    expect(after.moved).toEqual(phish);
    const kinds = await house.sql<{ kind: string }[]>`
      select distinct kind from actions where incident_id = ${incidentId} and sent_at is not null order by kind`;
    return { changed: after.changed, twice: after.twice, end: after.end, kinds: kinds.map((row) => row.kind) };
  } finally {
    await deaths?.stop();
  }
}

describe.each(STORIES)("%s, all six steps", (story) => {
  test("a worker killed at any point of any write leaves the same end state and the same changes", async () => {
    const calm = await walk(story);
    expect(calm.end.status).toBe("remediated");
    expect(calm.kinds).toEqual(expect.arrayContaining(["disable-account", "enable-account", "set-password"]));
    for (const kind of calm.kinds)
      for (const point of POINTS) {
        const killed = await walk(story, `${kind}:${point}`);
        expect({ kind, point, ...killed }).toEqual({ kind, point, ...calm });
      }
  });
});
