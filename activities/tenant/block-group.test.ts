import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SimulatedCloud, startSimulatedCloud } from "#activities/clients/m365/testing/simulated-cloud.ts";
import { createDb, type Db } from "#db/client.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories, type Factories } from "#db/test/factories.ts";
import { createTenantActivities } from "./index.ts";

let cloud: SimulatedCloud;
let database: TestDatabase;
let db: Db;
let made: Factories;
beforeAll(async () => {
  cloud = await startSimulatedCloud();
  database = await createTestDatabase();
  db = createDb(database.urls.worker, { max: 4 });
  made = createFactories(database.superUrl);
});
afterAll(async () => {
  await db.close();
  await made.close();
  await database.close();
  await cloud.close();
});

type Truth = {
  groups: { id: string; displayName: string; members: string[] }[];
  policies: { displayName: string; state: string; conditions: { users: Record<string, string[]> } }[];
};
let seed = 0;

/** A tenant that has just consented, as onboarding finds it. */
async function consented(values: Record<string, unknown> = {}, order: Record<string, unknown> = {}) {
  const sim = await cloud.simulator.tenant({ story: "quiet", seed: `block-${++seed}`, ...order });
  await cloud.simulator.admin("POST", `/admin/tenants/${sim.tenantId}/authority`, { writesAllowed: true });
  const org = await made.org();
  const tenant = await made.tenant(org.id, {
    microsoftTenantId: sim.tenantId,
    phase: "consent",
    responseEnabled: true,
    ...values,
  });
  const activities = createTenantActivities({ db, clock: { now: cloud.now }, cloud: cloud.m365, bell: {} as never });
  return {
    sim,
    tenant,
    prepare: () => new MockActivityEnvironment().run(activities.prepareTenant, { tenantId: tenant.id }),
    async ours() {
      const { groups, policies } = await cloud.simulator.truth<Truth>(`/truth/tenants/${sim.tenantId}`);
      return {
        groups: groups.filter((group) => group.displayName.startsWith("Petra")),
        policies: policies.filter((policy) => policy.displayName.startsWith("Petra")),
      };
    },
    async stored() {
      const rows = await made.orm.$client`select block_group_id, capabilities from tenants where id = ${tenant.id}`;
      const [row] = rows as unknown as [
        { block_group_id: string | null; capabilities: { id: string; ok: boolean; reason: string }[] },
      ];
      return { ...row, block: row.capabilities.find((one) => one.id === "block-group") };
    },
  };
}

test("onboarding prepares the group that keeps synced accounts locked: empty, under an enabled policy that blocks everything [R85]", async () => {
  const it = await consented();
  await it.prepare();
  const { groups, policies } = await it.ours();
  expect(groups).toMatchObject([{ members: [] }]);
  expect(policies).toMatchObject([
    {
      state: "enabled",
      conditions: { users: { includeGroups: [groups[0]?.id] }, applications: { includeApplications: ["All"] } },
      grantControls: { builtInControls: ["block"] },
    },
  ]);
  expect(await it.stored()).toMatchObject({ block_group_id: groups[0]?.id, block: { ok: true } });
});

test("a second onboarding makes neither a second group nor a second policy", async () => {
  const it = await consented();
  await it.prepare();
  const first = await it.ours();
  await made.orm.$client`update tenants set block_group_id = null where id = ${it.tenant.id}`;
  await it.prepare();
  expect(await it.ours()).toEqual(first);
  expect((await it.stored()).block_group_id).toBe(first.groups[0]?.id);
});

test("the emergency accounts are left out of the policy by name, and the rest of the group is still blocked [S44]", async () => {
  const emergency = crypto.randomUUID();
  const by = { kind: "system", room: "test" } as const;
  const named = {
    objectId: emergency,
    name: "key@a.example",
    reason: "In the safe.",
    by,
    at: "2026-11-01T00:00:00.000Z",
  };
  const it = await consented({ emergencyAccounts: [named] });
  await it.prepare();
  const { groups, policies } = await it.ours();
  expect(policies[0]?.conditions.users.excludeUsers).toEqual([emergency]);
  const microsoft = cloud.m365.tenant(it.sim.tenantId);
  const groupId = groups[0]?.id ?? "";
  expect(await microsoft.isBlocking(groupId, emergency)).toBe(false);
  expect(await microsoft.isBlocking(groupId, it.sim.accounts[0]?.objectId ?? "")).toBe(true);
});

test.each([
  ["Response is off", { responseEnabled: false }, {}],
  ["there is no Entra ID P1", {}, { p1: false }],
])("where %s nothing is made in the tenant", async (_name, values, order) => {
  const it = await consented(values, order);
  await it.prepare();
  expect(await it.ours()).toEqual({ groups: [], policies: [] });
  expect((await it.stored()).block_group_id).toBeNull();
});

test("Microsoft's no is kept in words, and onboarding goes on", async () => {
  const it = await consented();
  const roles = ["Organization.Read.All", "Policy.Read.All", "Directory.Read.All", "User.Read.All"];
  await cloud.simulator.admin("POST", `/admin/tenants/${it.sim.tenantId}/consent`, {
    state: "granted",
    roles: { "https://graph.microsoft.com": roles },
    directoryRoles: true,
  });
  cloud.m365.forgetTokens(it.sim.tenantId);
  await it.prepare();
  expect((await it.stored()).block).toMatchObject({
    ok: false,
    reason: expect.stringContaining("Group.ReadWrite.All"),
  });
  const [row] = await made.orm.$client`select phase from tenants where id = ${it.tenant.id}`;
  expect(row?.phase).not.toBe("consent");
});

test("no write went out that the simulated cloud counts as a violation", async () => {
  expect(await cloud.violations()).toEqual([]);
});
