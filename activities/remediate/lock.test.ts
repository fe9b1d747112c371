import { afterAll, beforeAll, expect, test } from "vitest";
import { openRig, type Rig } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const settle = async (at: { tenantId: string; incidentId: string }) => {
  await rig.cloud.advance(3);
  return rig.activities.verifyLock(at);
};

test("Response revokes and disables with two requests, verifies, and revokes again after the lock [R84]", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  const outcome = await rig.activities.lockAccount(it.byResponse);
  expect(outcome).toMatchObject({ state: "accepted" });
  expect(await settle(it.at)).toMatchObject({ state: "verified" });
  expect(await it.effects()).toEqual([
    `revoke sessions ${it.sim.victim.objectId}`,
    `disable account ${it.sim.victim.objectId}`,
    `revoke sessions ${it.sim.victim.objectId}`,
  ]);
  expect((await it.victim()).accountEnabled).toBe(false);
  const stored = await it.stored();
  expect(stored.contained_at).not.toBeNull();
  expect(stored.not_contained).toBe(false);
  expect(stored.residual_until).not.toBeNull();
  expect((await it.rows()).map((row) => [row.kind, row.state])).toEqual([
    ["revoke-sessions", "verified"],
    ["disable-account", "verified"],
    ["revoke-sessions", "verified"],
  ]);
});

test("a replica that shows the old value for a minute makes the lock wait, not fail", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await it.fault({ kind: "replica-lag", ms: 60_000 });
  await rig.activities.lockAccount(it.byResponse);
  expect(await settle(it.at)).toMatchObject({ state: "accepted", again: { inSeconds: expect.any(Number) } });
  expect((await it.stored()).not_contained).toBe(false);
  await rig.cloud.advance(70);
  await rig.activities.verifyLock(it.at);
  await rig.cloud.advance(70);
  expect(await rig.activities.verifyLock(it.at)).toMatchObject({ state: "verified" });
  const disables = (await it.effects()).filter((effect) => effect.startsWith("disable account"));
  expect(disables).toHaveLength(1);
});

test("a lost answer is read back before anything is sent again", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await it.fault({ kind: "lost-answer", match: { method: "PATCH" }, answer: "504", count: 1 });
  expect(await rig.activities.lockAccount(it.byResponse)).toMatchObject({ state: "accepted" });
  expect((await it.effects()).filter((effect) => effect.startsWith("disable account"))).toHaveLength(1);
});

test("a reset in the middle of the answer is read back as well", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await it.fault({ kind: "lost-answer", match: { method: "PATCH" }, answer: "reset", count: 1 });
  expect(await rig.activities.lockAccount(it.byResponse)).toMatchObject({ state: "accepted" });
  expect((await it.effects()).filter((effect) => effect.startsWith("disable account"))).toHaveLength(1);
});

test("a 429 is thrown with Microsoft's waiting time, nothing is sent early, and the next attempt finishes [L11]", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await it.fault({ kind: "throttle", match: { method: "PATCH" }, retryAfter: 400, count: 1 });
  await expect(rig.activities.lockAccount(it.byResponse)).rejects.toMatchObject({ nextRetryDelay: 400_000 });
  expect(await it.effects()).toEqual([`revoke sessions ${it.sim.victim.objectId}`]);
  expect(await rig.activities.lockAccount(it.byResponse)).toMatchObject({ state: "accepted" });
  expect(await it.effects()).toEqual([
    `revoke sessions ${it.sim.victim.objectId}`,
    `disable account ${it.sim.victim.objectId}`,
  ]);
});

test("an administrator whom Microsoft refuses to lock says which role is missing, and the incident is not contained", async () => {
  const it = await rig.openIncident({ story: "spray-forward-connector" });
  await rig.cloud.simulator.admin("POST", `/admin/tenants/${it.sim.tenantId}/consent`, { directoryRoles: false });
  rig.cloud.m365.forgetTokens(it.sim.tenantId);
  await rig.activities.planRemediation(it.at);
  const outcome = await rig.activities.lockAccount(it.byResponse);
  expect(outcome.state).toBe("refused");
  expect(outcome.reason).toContain("Privileged Authentication Administrator");
  expect((await it.stored()).not_contained).toBe(true);
});

test("the last enabled Global Administrator is never locked by itself, and by a person only its sessions end [S44]", async () => {
  const it = await rig.openIncident();
  const truth = await it.truth();
  const admin = truth.users.find((u) => (u as unknown as { roles: string[] }).roles.length > 0);
  if (!admin) throw new Error("the story has no administrator");
  await it.sql(`update incidents set account_id = (select id from accounts where object_id = '${admin.objectId}')
    where id = '${it.incident.id}'`);
  const plan = await rig.activities.planRemediation(it.at);
  expect(plan.steps[0]).toMatchObject({ id: "revoke-and-lock", authority: "ask" });
  expect(await rig.activities.lockAccount(it.byResponse)).toMatchObject({ state: "awaiting-approval" });
  expect(await it.effects()).toEqual([]);
  const byPerson = await rig.activities.lockAccount(await it.order({ kind: "run-step", step: "revoke-and-lock" }));
  expect(byPerson).toMatchObject({
    state: "refused",
    reason: expect.stringContaining("last enabled Global Administrator"),
  });
  expect(await it.effects()).toEqual([`revoke sessions ${admin.objectId}`]);
});

test("without Response nothing runs by itself, with a person's order it does [S43]", async () => {
  const it = await rig.openIncident({ responseEnabled: false });
  await rig.activities.planRemediation(it.at);
  expect(await rig.activities.lockAccount(it.byResponse)).toMatchObject({ state: "waiting" });
  expect(await rig.activities.lockAccount({ ...it.at, by: it.person })).toMatchObject({ state: "refused" });
  expect(await it.effects()).toEqual([]);
  expect(await rig.activities.lockAccount(await it.order({ kind: "run-step", step: "revoke-and-lock" }))).toMatchObject(
    {
      state: "accepted",
    },
  );
});

test.each([
  ["Response is off", "response_enabled = false"],
  ["the tenant is scan-only", "is_scan_only = true"],
  ["access was lost", "access_lost_at = now()"],
  ["the tenant was removed", "phase = 'removed'"],
])("nothing is sent by itself when %s at the moment of sending [S43]", async (_name, change) => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await it.sql(`update tenants set ${change} where id = '${it.tenant.id}'`);
  const outcome = await rig.activities.lockAccount(it.byResponse);
  expect(["waiting", "failed"]).toContain(outcome.state);
  expect(await it.effects()).toEqual([]);
});

test.each([
  ["whose trial expired and paused it [R44]", "phase = 'paused', paused_at = now()"],
  ["that is scan-only [R35]", "is_scan_only = true"],
  ["whose Response is off [R78]", "response_enabled = false"],
  ["whose access was lost once and is back", "access_lost_at = now()"],
])("a person's order works in a tenant %s, and its lock is still re-asserted", async (_name, change) => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await it.sql(`update tenants set ${change} where id = '${it.tenant.id}'`);
  const order = await it.order({ kind: "run-step", step: "revoke-and-lock" });
  expect(await rig.activities.lockAccount(order)).toMatchObject({ state: "accepted" });
  await it.sql(`update commands set state = 'done' where id = '${order.commandId}'`);
  expect(await settle(it.at)).toMatchObject({ state: "verified" });
  const user = rig.cloud.simulator.simulator.world.tenants
    .get(it.sim.tenantId)
    ?.users.find((u) => u.id === it.sim.victim.objectId);
  if (user) user.accountEnabled = true;
  await rig.cloud.advance(61);
  await rig.activities.runWatches();
  expect((await it.victim()).accountEnabled).toBe(false);
});

test("a lock that cannot be read back because access was lost stays what it was", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await rig.activities.lockAccount(it.byResponse);
  await settle(it.at);
  await rig.cloud.simulator.admin("POST", `/admin/tenants/${it.sim.tenantId}/consent`, { state: "removed" });
  rig.cloud.m365.forgetTokens(it.sim.tenantId);
  expect(await rig.activities.verifyLock(it.at)).toMatchObject({ state: "verified", reason: expect.any(String) });
  expect((await it.steps())["revoke-and-lock"]).toMatchObject({ state: "verified" });
});

test("Response switched off between two attempts stops what has not gone out", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await it.fault({ kind: "throttle", match: { method: "PATCH" }, retryAfter: 1, count: 1 });
  await expect(rig.activities.lockAccount(it.byResponse)).rejects.toThrow();
  await it.sql(`update tenants set response_enabled = false where id = '${it.tenant.id}'`);
  expect(await rig.activities.lockAccount(it.byResponse)).toMatchObject({ state: "waiting" });
  expect(await it.effects()).toEqual([`revoke sessions ${it.sim.victim.objectId}`]);
});

test("a refused, foreign or used-up order moves nothing [S42]", async () => {
  const it = await rig.openIncident({ responseEnabled: false });
  const other = await rig.openIncident({ responseEnabled: false });
  for (const state of ["refused", "expired", "withdrawn", "done"]) {
    const order = await it.order({ kind: "run-step", step: "revoke-and-lock" }, state);
    expect(await rig.activities.lockAccount(order)).toMatchObject({ state: "refused" });
  }
  const foreign = await other.order({ kind: "run-step", step: "revoke-and-lock" });
  expect(await rig.activities.lockAccount({ ...foreign, ...it.at })).toMatchObject({ state: "refused" });
  expect(await it.effects()).toEqual([]);
});

test("more automatic locks than the cap wait for a person [S45]", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  const now = rig.cloud.now().toISOString();
  for (let n = 0; n < 3; n++)
    await it.sql(`insert into actions (org_id, tenant_id, incident_id, step_id, kind, idempotency_key, target_id, target_label,
      state, actor, plan_version, policy_version, planned_at, sent_at) values ('${it.org.id}', '${it.tenant.id}',
      '${it.incident.id}', 'revoke-and-lock', 'disable-account', 'earlier-${n}', 'other-${n}', 'other', 'verified',
      '{"kind":"response","workflowId":"x"}', 1, 'p', '${now}', '${now}')`);
  expect(await rig.activities.lockAccount(it.byResponse)).toMatchObject({ state: "awaiting-approval" });
  expect((await it.victim()).accountEnabled).toBe(true);
  await rig.activities.planRemediation(it.at);
  expect((await it.steps())["revoke-and-lock"]).toMatchObject({ state: "awaiting-approval" });
});

test("consent withdrawn in the middle ends as access lost with words, and the incident lives", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await rig.cloud.simulator.admin("POST", `/admin/tenants/${it.sim.tenantId}/consent`, { state: "removed" });
  rig.cloud.m365.forgetTokens(it.sim.tenantId);
  const outcome = await rig.activities.lockAccount(it.byResponse);
  expect(outcome).toMatchObject({ state: "failed", reason: expect.stringContaining("lost its access") });
  const [tenant] = await it.sql(`select access_lost_at from tenants where id = '${it.tenant.id}'`);
  expect(tenant?.access_lost_at).not.toBeNull();
  expect((await it.stored()).status).toBe("open");
});

test("no write went out that the simulated cloud counts as a violation", async () => {
  expect(await rig.cloud.violations()).toEqual([]);
});
