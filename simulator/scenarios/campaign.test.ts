import { beforeEach, expect, it } from "vitest";
import { adminApp } from "../admin/app.ts";
import { attackerActs } from "../attacker/act.ts";
import { createClock } from "../clock.ts";
import type { Json, Tenant } from "../state/types.ts";
import { World } from "../state/world.ts";
import { truthApp } from "../truth/app.ts";
import { attackTenant, createTenant } from "./create-tenant.ts";

const STORY = "aitm-mail-rule";
const newWorld = (): World =>
  new World({
    clock: createClock({ frozenAt: Date.UTC(2026, 7, 20, 10, 0, 0) }),
    seed: "1",
    our: { clientId: "c", clientSecret: "s", certificates: [] },
    availability: { ual: 0, interactive: 0, nonInteractive: 0, directory: 0 },
  });

let world: World;
beforeEach(() => {
  world = newWorld();
});

const made = (seed: string, where = world, story = STORY): Tenant =>
  createTenant(where, { story, seed, phase: "history", people: 8, records: 900 });
const attacks = ({ attack, alsoAttacked }: Tenant): Json[] => [attack, ...alsoAttacked.map((one) => one.attack)];

/** What a victim sees of the attacker: the mail that deceived him, and where he and his tools sign in from. */
const seenBy = (tenant: Tenant) =>
  attacks(tenant).map(({ phish, ips, userAgents }) => {
    const received = (phish as { received: string }).received;
    const trace = tenant.traces.find((one) => one.messageId === received);
    return { sender: trace?.sender, fromIp: trace?.fromIp, subject: trace?.subject, ips, userAgents };
  });
const distinct = (values: unknown[]): number => new Set(values.map((value) => JSON.stringify(value))).size;

it("three victims in each of two tenants of one campaign see one attacker: his lure, his addresses, his tools", () => {
  const tenants = [made("1"), made("2")];
  for (const tenant of tenants) {
    const { victimIds } = attackTenant(world, tenant, { victims: 3, campaign: "winter" });
    expect(victimIds[0]).toBe(tenant.victimId);
    expect(new Set(victimIds).size).toBe(3);
  }
  const seen = tenants.flatMap(seenBy);
  expect(seen).toHaveLength(6);
  expect(distinct(seen)).toBe(1);
  expect(seen[0]).toMatchObject({
    sender: expect.stringContaining("-docs.example"),
    ips: [expect.any(String), expect.any(String)],
  });
  // Everything else is each victim's own.
  const all = tenants.flatMap(attacks);
  expect(distinct(all.map(({ sessionId }) => sessionId))).toBe(6);
  const records = all.flatMap(({ recordIds }) => recordIds as string[]);
  expect(new Set(records).size).toBe(records.length);
  for (const { ual } of tenants) expect(new Set(ual.map(({ record }) => record.Id)).size).toBe(ual.length);
});

it("another campaign has another attacker, and without a campaign each victim has one of his own", () => {
  const [winter, spring, none] = [made("1"), made("2"), made("3")];
  attackTenant(world, winter, { campaign: "winter" });
  attackTenant(world, spring, { campaign: "spring" });
  attackTenant(world, none, { victims: 3 });
  expect(distinct([winter, spring, none].flatMap(seenBy).map(({ ips }) => ips))).toBe(5);
});

it("without a word of it the story is played on the chosen victim, as by nobody's campaign", () => {
  const [plain, one] = [newWorld(), newWorld()];
  const tenant = made("1", plain);
  const { attack, victimIds } = attackTenant(plain, tenant);
  expect(victimIds).toEqual([tenant.victimId]);
  expect(tenant).toMatchObject({ attack, alsoAttacked: [], attacker: { victimId: tenant.victimId } });
  const same = made("1", one);
  attackTenant(one, same, { victims: 1 });
  expect(same).toEqual(tenant);
});

it("he tries to go on with every account he holds, and is locked out when none is left", async () => {
  const tenant = made("1");
  const { victimIds } = attackTenant(world, tenant, { victims: 3, campaign: "winter" });
  const truth = async () =>
    (await (await truthApp(world).request(`/truth/attacker/${tenant.id}`)).json()) as {
      tries: { victimId: string; succeeded: boolean }[];
      lockedOutSince: string | null;
    };
  const cut = (id: string | undefined) => {
    for (const user of tenant.users) if (user.id === id) user.accountEnabled = false;
  };
  cut(victimIds[1]);
  attackerActs(world, tenant, ["refresh-token"]);
  expect((await truth()).tries.map(({ victimId, succeeded }) => [victimId, succeeded])).toEqual([
    [victimIds[0], true],
    [victimIds[1], false],
    [victimIds[2], true],
  ]);
  expect((await truth()).lockedOutSince).toBeNull();
  for (const id of victimIds) cut(id);
  attackerActs(world, tenant, ["refresh-token"]);
  expect((await truth()).lockedOutSince).not.toBeNull();
  expect(new Set(tenant.ual.map(({ record }) => record.Id)).size).toBe(tenant.ual.length);
});

it.each([
  ["no account", { victims: 0 }, /victims/],
  ["half an account", { victims: 1.5 }, /victims/],
  ["more accounts than there are", { victims: 9 }, /has 6 accounts to attack, not 9/],
  ["a campaign without a name", { campaign: "" }, /campaign/],
  ["a word nobody knows", { victim: 3 }, /victim/],
  ["no JSON", "three", /JSON/],
])("refuses %s and attacks nobody", async (_what, body, message) => {
  const tenant = made("1");
  const answer = await order(tenant, body);
  expect(answer.status).toBe(400);
  expect(answer.error).toMatch(message);
  expect(tenant.attacked).toBe(false);
});

it("a story about one account says so", async () => {
  const tenant = made("1", world, "session-replay");
  for (const body of [{ victims: 2 }, { campaign: "winter" }])
    expect(await order(tenant, body)).toEqual({
      status: 400,
      error: expect.stringContaining("'session-replay' is about one account"),
    });
  expect((await order(tenant, {})).status).toBe(200);
});

async function order(tenant: Tenant, body: unknown): Promise<{ status: number; error: string }> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await adminApp(world).request(`/admin/tenants/${tenant.id}/attack`, { method: "POST", body: text });
  return { status: answer.status, error: ((await answer.json()) as { error: string }).error };
}
