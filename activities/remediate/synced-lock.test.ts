import { afterAll, beforeAll, expect, test } from "vitest";
import { storePage } from "#activities/ingest/store-page.ts";
import { type Opened, openRig, type Rig } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

type Try = { at: string; what: string; succeeded: boolean; result: string };
const synced = (tenant: Record<string, unknown> = {}) => rig.openIncident({ story: "spray-forward-connector", tenant });
/** A tenant without Entra ID P1: the ladder has no Conditional Access rung. */
const withoutP1 = () => synced({ capabilities: [] });
const world = (it: Opened) => {
  const tenant = rig.cloud.simulator.simulator.world.tenants.get(it.sim.tenantId);
  const user = tenant?.users.find((u) => u.id === it.sim.victim.objectId);
  if (!tenant || !user) throw new Error("the story is gone");
  return { tenant, user };
};

async function lock(it: Opened) {
  await rig.activities.planRemediation(it.at);
  await rig.activities.lockAccount(it.byResponse);
  await rig.cloud.advance(3);
  return rig.activities.verifyLock(it.at);
}

/** The attacker tries everything once a minute while Petra's watches run; answers his tries. */
async function siege(it: Opened, minutes: number): Promise<Try[]> {
  const tries: Try[] = [];
  for (let n = 0; n < minutes; n++) {
    await rig.cloud.advance(60);
    const { tries: more } = (await it.attacker(["refresh-token", "password-sign-in", "read-mail"])) as { tries: Try[] };
    tries.push(...more);
    await rig.activities.runWatches();
  }
  return tries;
}
const newTokens = (tries: Try[]) => tries.filter((one) => one.what !== "read-mail" && one.succeeded);

test("a synced account: after verified no new token is issued to an attacker who tries every minute, what he still does is residual, and after that nothing succeeds [R85]", async () => {
  const it = await synced();
  expect(await lock(it)).toMatchObject({ state: "verified" });
  const { contained_at, residual_until } = await it.stored();
  expect(contained_at).not.toBeNull();
  const tries = await siege(it, 100);
  expect(newTokens(tries)).toEqual([]);
  const late = tries.filter((one) => one.succeeded && Date.parse(one.at) > Date.parse(String(residual_until)));
  expect(late).toEqual([]);
  expect(await it.stored()).toMatchObject({ not_contained: false });
  // Synchronisation went by three times and enabled the account each time; it was locked again each time.
  const again = (await it.effects()).filter((effect) => effect.startsWith("disable account"));
  expect(again.length).toBeGreaterThanOrEqual(3);
  expect((await it.truth()).groups.find((g) => g.members.includes(it.sim.victim.objectId))).toBeDefined();
});

test("with the ladder's Conditional Access off the incident says not contained, with the exact words for a person [R85]", async () => {
  const it = await withoutP1();
  const outcome = await lock(it);
  expect(outcome).toMatchObject({ state: "accepted" });
  const { not_contained, not_contained_reason } = await it.stored();
  expect(not_contained).toBe(true);
  const { upn } = it.sim.victim;
  expect(not_contained_reason).toContain(`Get-ADUser -Filter "UserPrincipalName -eq '${upn}'" | Disable-ADAccount`);
  expect(not_contained_reason).toContain("Start-ADSyncSyncCycle -PolicyType Delta");
  expect((await it.victim()).mailbox.protocols).toMatchObject({ OWAEnabled: false, ImapEnabled: false });
  const tries = await siege(it, 40);
  expect(newTokens(tries).length).toBeGreaterThan(0);
  expect(await it.stored()).toMatchObject({ not_contained: true });
  expect(tries.filter((one) => one.what === "read-mail" && one.succeeded)).toEqual([]);
});

test("without Conditional Access the lock is verified once a synchronisation has passed and left the account alone", async () => {
  const it = await withoutP1();
  expect(await lock(it)).toMatchObject({ state: "accepted" });
  const { user } = world(it);
  if (user.onPremises) user.onPremises.accountEnabled = false;
  await rig.cloud.advance(5);
  await it.sync();
  expect(await rig.activities.verifyLock(it.at)).toMatchObject({ state: "verified" });
  expect(await it.stored()).toMatchObject({ not_contained: false, not_contained_reason: null });
});

test("the account that synchronisation enabled is locked again, and the incident says not contained while nothing else holds it [R85]", async () => {
  const it = await withoutP1();
  await lock(it);
  await it.sync();
  expect((await it.victim()).accountEnabled).toBe(true);
  await rig.cloud.advance(130);
  const run = await rig.activities.runWatches();
  expect(run.wake).toContainEqual(it.at);
  expect(await it.stored()).toMatchObject({
    not_contained: true,
    not_contained_reason: expect.stringContaining("directory synchronisation has enabled the account again"),
  });
  expect((await it.victim()).accountEnabled).toBe(false);
});

test("a group read from a replica that lags is waited for, and the account is added once", async () => {
  const it = await synced();
  await rig.activities.planRemediation(it.at);
  await rig.activities.lockAccount(it.byResponse);
  await rig.cloud.advance(3);
  await it.fault({ kind: "replica-lag", ms: 30_000 });
  expect(await rig.activities.verifyLock(it.at)).toMatchObject({ state: "accepted" });
  expect((await it.stored()).not_contained).toBe(false);
  await rig.cloud.advance(70);
  await rig.activities.verifyLock(it.at);
  await rig.cloud.advance(70);
  expect(await rig.activities.verifyLock(it.at)).toMatchObject({ state: "verified" });
  expect((await it.effects()).filter((effect) => effect.startsWith("add group member"))).toHaveLength(1);
});

test("a block policy that somebody switches off no longer counts: not contained until it holds again", async () => {
  const it = await synced();
  expect(await lock(it)).toMatchObject({ state: "verified" });
  const policy = world(it).tenant.policies.find((p) => String(p.displayName).startsWith("Petra"));
  if (!policy) throw new Error("no policy");
  policy.state = "disabled";
  await rig.cloud.advance(61);
  await rig.activities.runWatches();
  expect(await it.stored()).toMatchObject({
    not_contained: true,
    not_contained_reason: expect.stringContaining("switched off"),
  });
  policy.state = "enabled";
  await rig.cloud.advance(61);
  await rig.activities.runWatches();
  expect(await it.stored()).toMatchObject({ not_contained: false });
});

test("the sync account's own record of enabling the account brings the next look forward [R85]", async () => {
  const it = await synced();
  await lock(it);
  await rig.cloud.advance(61);
  await rig.activities.runWatches();
  await it.sync();
  await rig.cloud.advance(5);
  expect((await rig.activities.runWatches()).ran).toBe(0);
  const { ual } = await rig.cloud.simulator.truth<{ ual: { record: Record<string, unknown> }[] }>(
    `/truth/tenants/${it.sim.tenantId}/records`,
  );
  const enabled = ual.map((one) => one.record).filter((one) => one.Operation === "Enable account.");
  expect(enabled.length).toBeGreaterThan(0);
  const now = rig.cloud.now().toISOString();
  const owner = { orgId: it.org.id, tenantId: it.tenant.id, tenantKey: it.tenant.key };
  expect(await rig.activities.hastenLocks(owner)).toBe(0);
  const page = { records: enabled, body: JSON.stringify(enabled), receivedAt: now, availableAt: null };
  const source = { source: "Audit.AzureActiveDirectory", eventSource: "ual" as const };
  await storePage(rig.db, owner, { ...page, ...source }, () => ({}), now);
  expect(await rig.activities.hastenLocks(owner)).toBe(1);
  await rig.activities.runWatches();
  expect((await it.victim()).accountEnabled).toBe(false);
});

test("an account of the cloud needs no ladder", async () => {
  const it = await rig.openIncident();
  expect(await lock(it)).toMatchObject({ state: "verified" });
  expect((await it.rows()).map((row) => row.kind)).not.toContain("add-to-block-group");
});

test.each([
  ["Conditional Access", synced],
  ["the mailbox's protocols", withoutP1],
])("re-enabling opens again what %s kept shut, to what it was before", async (_name, open) => {
  const it = await open();
  const { user } = world(it);
  if (user.mailbox) user.mailbox.protocols.PopEnabled = false;
  const before = await it.victim();
  await lock(it);
  if (user.onPremises) user.onPremises.accountEnabled = false;
  await rig.cloud.advance(5);
  await it.sync();
  await rig.activities.verifyLock(it.at);
  await it.sql(`update incident_steps set state = 'verified' where incident_id = '${it.incident.id}'
    and step_id in ('retract-phish', 'disable-persistence', 'reset-password')`);
  await it.sql(`update incidents set password_proof = 'attested' where id = '${it.incident.id}'`);
  const order = await it.order({ kind: "run-step", step: "reenable-account" });
  expect(await rig.activities.reenableAccount(order)).toMatchObject({ state: "verified" });
  const after = await it.victim();
  expect(after.accountEnabled).toBe(true);
  expect(after.mailbox.protocols).toEqual(before.mailbox.protocols);
  expect((await it.truth()).groups.filter((g) => g.members.includes(it.sim.victim.objectId))).toEqual([]);
});

test("undoing the lock undoes what kept it shut", async () => {
  const it = await synced();
  await lock(it);
  const disable = (await it.rows()).find((row) => row.kind === "disable-account");
  const actionId = String(disable?.id);
  const undo = await it.order({ kind: "undo", actionId });
  expect(await rig.activities.undoAction({ ...undo, actionId })).toEqual({ state: "undone" });
  expect((await it.truth()).groups.filter((g) => g.members.includes(it.sim.victim.objectId))).toEqual([]);
});

test.each([
  ["Conditional Access", synced],
  ["the mailbox's protocols", withoutP1],
])(
  "dismissing rolls the whole ladder back: %s, group, protocols and the account, and nothing shuts it again",
  async (_name, open) => {
    const it = await open();
    const { user } = world(it);
    if (user.mailbox) user.mailbox.protocols.ImapEnabled = false;
    const before = await it.victim();
    await lock(it);
    expect((await it.victim()).accountEnabled).toBe(false);
    const order = await it.order({ kind: "dismiss", reason: "It was a test" });
    const dismissed = await rig.activities.dismissIncident({ ...order, reason: "It was a test" });
    expect(dismissed).toMatchObject({ state: "undone" });
    const after = await it.victim();
    expect(after.accountEnabled).toBe(true);
    expect(after.mailbox.protocols).toEqual(before.mailbox.protocols);
    expect((await it.truth()).groups.filter((g) => g.members.includes(it.sim.victim.objectId))).toEqual([]);
    await rig.cloud.advance(600);
    await it.sync();
    await rig.activities.runWatches();
    const later = await it.victim();
    expect(later.accountEnabled).toBe(true);
    expect(later.mailbox.protocols).toEqual(before.mailbox.protocols);
    expect((await it.truth()).groups.filter((g) => g.members.includes(it.sim.victim.objectId))).toEqual([]);
  },
);

test("no write went out that the simulated cloud counts as a violation", async () => {
  expect(await rig.cloud.violations()).toEqual([]);
});
