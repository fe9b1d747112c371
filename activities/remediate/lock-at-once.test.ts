import { afterAll, beforeAll, expect, test } from "vitest";
import { type Opened, openRig, type Rig } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const published = async (it: Opened) => {
  await it.sql(`update incidents set published_at = now() where id = '${it.incident.id}'`);
  return it;
};

test("the lock does not wait for the plan: what protects an account is read, nothing else [R84]", async () => {
  const it = await published(await rig.openIncident());
  const asked = (await rig.cloud.requests(it.sim.tenantId)).length;
  expect(await rig.activities.lockAtOnce(it.byResponse)).toMatchObject({ state: "accepted" });
  const requests = (await rig.cloud.requests(it.sim.tenantId)).slice(asked);
  const reads = requests.filter((one) => one.path.startsWith("graph.microsoft.com") && one.method === "GET");
  const whatOf = (path: string) => path.split("?")[0]?.split("/").at(-1);
  expect(reads.map((one) => whatOf(one.path)).toSorted()).toEqual([it.sim.victim.objectId, "transitiveMemberOf"]);
  expect(await it.effects()).toEqual([
    `revoke sessions ${it.sim.victim.objectId}`,
    `disable account ${it.sim.victim.objectId}`,
  ]);
  await rig.activities.planRemediation(it.at);
  const [row] = await it.sql(`select account_before from incidents where id = '${it.incident.id}'`);
  expect(row?.account_before).toMatchObject({ accountEnabled: true });
  expect(await rig.activities.lockAtOnce(it.byResponse)).toBeUndefined();
});

test("an emergency account and the last Global Administrator are not locked before the plan either [S44]", async () => {
  const emergency = await published(await rig.openIncident());
  await emergency.sql(`update tenants set emergency_accounts = '[{"objectId": "${emergency.sim.victim.objectId}"}]'::jsonb
    where id = '${emergency.tenant.id}'`);
  expect(await rig.activities.lockAtOnce(emergency.byResponse)).toBeUndefined();
  const last = await published(await rig.openIncident());
  const admin = (await last.truth()).users.find((u) => (u as unknown as { roles: string[] }).roles.length > 0);
  await last.sql(`update incidents set account_id = (select id from accounts where object_id = '${admin?.objectId}')
    where id = '${last.incident.id}'`);
  expect(await rig.activities.lockAtOnce(last.byResponse)).toBeUndefined();
  for (const it of [emergency, last]) {
    expect(await it.effects()).toEqual([]);
    expect((await it.steps())["revoke-and-lock"]).toMatchObject({ state: "awaiting-approval" });
  }
});

test("nobody's roles could be read: the account counts as an administrator and a person is asked [S44]", async () => {
  const it = await published(await rig.openIncident());
  await it.fault({
    kind: "error",
    match: { method: "GET", pathPattern: "memberOf|directoryRoles" },
    status: 503,
  });
  expect(await rig.activities.lockAtOnce(it.byResponse)).toBeUndefined();
  expect(await it.effects()).toEqual([]);
});

test("what waited for a person because of doubt is locked at once when the doubt is gone; what a stop holds is not", async () => {
  const doubted = await published(await rig.openIncident());
  const be = (confidence: number) =>
    doubted.sql(`update incidents set confidence = ${confidence} where id = '${doubted.incident.id}'`);
  await be(0.5);
  expect(await rig.activities.lockAtOnce(doubted.byResponse)).toBeUndefined();
  expect((await doubted.steps())["revoke-and-lock"]).toMatchObject({ state: "awaiting-approval" });
  await be(0.95);
  expect(await rig.activities.lockAtOnce(doubted.byResponse)).toMatchObject({ state: "accepted" });

  const held = await published(await rig.openIncident());
  const stop = (isOn: boolean) =>
    held.sql(`insert into kill_switches (org_id, tenant_id, is_on, by, at) values ('${held.org.id}', null, ${isOn},
      '{"kind":"system","room":"policy"}', now()) on conflict (org_id, tenant_id) do update set is_on = excluded.is_on`);
  await stop(true);
  expect(await rig.activities.lockAtOnce(held.byResponse)).toBeUndefined();
  await stop(false);
  expect(await rig.activities.lockAtOnce(held.byResponse)).toBeUndefined();
  expect(await held.effects()).toEqual([]);
  expect((await held.steps())["revoke-and-lock"]).toMatchObject({ state: "awaiting-approval" });
});

test.each([
  ["Response is off", "update tenants set response_enabled = false where id = $tenant"],
  ["the incident is not published", "update incidents set published_at = null where id = $incident"],
  ["the incident was dismissed", "update incidents set status = 'dismissed' where id = $incident"],
  ["Response was not asked to act on it", "update incidents set response_acts = false where id = $incident"],
])("nothing is asked of Microsoft when %s [S43]", async (_name, change) => {
  const it = await published(await rig.openIncident());
  await it.sql(change.replace("$tenant", `'${it.tenant.id}'`).replace("$incident", `'${it.incident.id}'`));
  const asked = (await rig.cloud.requests(it.sim.tenantId)).length;
  expect(await rig.activities.lockAtOnce(it.byResponse)).toBeUndefined();
  expect(await rig.cloud.requests(it.sim.tenantId)).toHaveLength(asked);
});

test("no write went out that the simulated cloud counts as a violation", async () => {
  expect(await rig.cloud.violations()).toEqual([]);
});
