import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandInput } from "#domain/command/command.ts";
import { type House, type Person, until } from "./house.ts";
import { openMortalServers } from "./kill-servers.ts";
import { attackUnder, type Customer, onboard, openQuietHouse, outcome } from "./kill-walk.ts";
import type { Containment, Deaths } from "./kill-worker.ts";

/*
 * Each process dies at each point of each write of all six steps. Hours of work; to run it in pieces name, separated by
 * commas, what is wanted: PETRA_KILL_PROCESS (worker, temporal, postgres), PETRA_KILL_STORY, PETRA_KILL_WRITE
 * (disable-account, ...) and PETRA_KILL_POINT (before-request, ...).
 */
const chosen = <const T extends string>(name: string, all: readonly T[]): T[] => {
  const wanted = process.env[name]?.split(",") ?? all;
  return all.filter((one) => wanted.includes(one));
};
const PROCESSES = chosen("PETRA_KILL_PROCESS", ["worker", "temporal", "postgres"]);
const STORIES = chosen("PETRA_KILL_STORY", ["aitm-mail-rule", "forgotten-persistence", "spray-forward-connector"]);
const POINTS = chosen("PETRA_KILL_POINT", ["before-request", "after-effect", "after-answer", "after-record"]);
const WRITES = process.env.PETRA_KILL_WRITE?.split(",");
/** What people order after Response has done its part. */
const ORDERS: CommandInput[] = [
  { kind: "run-step", step: "reset-password" },
  { kind: "run-step", step: "reenable-account", handedOver: true },
  { kind: "mark-remediated", reasons: {} },
];
type Killed = { process: (typeof PROCESSES)[number]; at: string };

let house: House;
let admin: Person;
let serve: Containment;
let servers: Awaited<ReturnType<typeof openMortalServers>>;
let seeds = 0;

beforeAll(async () => {
  servers = await openMortalServers();
  ({ house, admin, serve } = await openQuietHouse());
}, 600_000);
afterAll(async () => {
  await house?.close();
  await servers?.close();
});

/** All six steps of a new customer; each order waits for the one before it. */
async function walk(story: string, killed?: Killed) {
  const customer: Customer = await onboard(house, admin, story, `long-${seeds++}`);
  const server = killed && killed.process !== "worker" ? killed.process : undefined;
  const revived = server && servers.revive(server);
  let deaths: Deaths | undefined;
  try {
    const { phish, ...seen } = await attackUnder(house, admin, customer, () => {
      deaths = serve(killed && { at: killed.at, ...(server ? { pid: servers.pidOf(server) } : {}) });
    });
    const { incidentId } = seen;
    for (const input of ORDERS) {
      const { command } = await house.order(admin, incidentId, input);
      expect(command).toMatchObject({ state: "done" });
    }
    if (server) await revived;
    else if (killed) await until("the planned death", async () => deaths?.diedAt);
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
  let calm: Awaited<ReturnType<typeof walk>>;
  beforeAll(async () => {
    calm = await walk(story);
  }, 600_000);

  test("undisturbed, it ends remediated by the writes that are about to be disturbed", () => {
    expect(calm.end.status).toBe("remediated");
    expect(calm.kinds).toEqual(expect.arrayContaining(["disable-account", "enable-account", "set-password"]));
  });

  test.each(PROCESSES)(
    "%s killed at any point of any write leaves the same end state and the same changes [L6]",
    async (process) => {
      const kinds = calm.kinds.filter((kind) => WRITES?.includes(kind) ?? true);
      expect(kinds).not.toEqual([]);
      for (const kind of kinds)
        for (const point of POINTS) {
          const at = `${kind}:${point}`;
          expect({ process, at, ...(await walk(story, { process, at })) }).toEqual({ process, at, ...calm });
          console.log(`${story}, ${process} killed at ${at}: all as if not.`);
        }
    },
  );
});
