import { afterAll, beforeAll, expect, test } from "vitest";
import type { SimUser } from "#simulator/state/types.ts";
import { type Opened, openRig, type Rig } from "./testing/rig.ts";

/*
 * The traps of acting on Microsoft 365, each held against what the simulated cloud knows to be so. Lag, lost answers and 429
 * stand in lock.test.ts, synchronisation in synced-lock.test.ts, two attempts at once in fencing.test.ts.
 */
let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const tenantOf = (it: Opened) => {
  const tenant = rig.cloud.simulator.simulator.world.tenants.get(it.sim.tenantId);
  if (!tenant) throw new Error("the tenant is gone");
  return tenant;
};
const userOf = (it: Opened): SimUser => {
  const user = tenantOf(it).users.find((u) => u.id === it.sim.victim.objectId);
  if (!user) throw new Error("the victim is gone");
  return user;
};
const contain = async (it: Opened) => {
  await rig.activities.planRemediation(it.at);
  await rig.activities.lockAccount(it.byResponse);
  await rig.cloud.advance(3);
  expect(await rig.activities.verifyLock(it.at)).toMatchObject({ state: "verified" });
};
const settleSteps = (it: Opened, ...steps: string[]) =>
  it.sql(`update incident_steps set state = 'verified' where incident_id = '${it.incident.id}'
    and step_id in (${steps.map((step) => `'${step}'`).join(",")})`);
const reset = async (it: Opened) => {
  const order = await it.order({ kind: "run-step", step: "reset-password" });
  return rig.activities.resetPassword({ ...order, forMemberId: it.member.id });
};
const reenable = async (it: Opened) =>
  rig.activities.reenableAccount(await it.order({ kind: "run-step", step: "reenable-account" }));

test.each([200, 202, 204])(
  "a revocation that answers %i is done, once before the lock and once after",
  async (status) => {
    const it = await rig.openIncident();
    await it.fault({ kind: "revoke-status", status });
    await contain(it);
    expect((await it.effects()).filter((effect) => effect.startsWith("revoke sessions"))).toHaveLength(2);
  },
);

test("the attacker's access tokens live on after the lock: residual until its time, nothing after it", async () => {
  const it = await rig.openIncident();
  await it.attacker(["refresh-token"]);
  await contain(it);
  const until = Date.parse(String((await it.stored()).residual_until));
  const tries: { at: string; what: string; succeeded: boolean }[] = [];
  for (let n = 0; n < 75; n++) {
    await rig.cloud.advance(60);
    const acts = await it.attacker(["read-mail", "refresh-token", "password-sign-in"]);
    tries.push(...(acts as { tries: typeof tries }).tries);
  }
  expect(tries.filter((one) => one.what !== "read-mail" && one.succeeded)).toEqual([]);
  expect(tries.filter((one) => one.succeeded && Date.parse(one.at) > until)).toEqual([]);
  expect(tries.some((one) => one.succeeded)).toBe(true);
});

test("directory synchronisation that leaves the account alone costs no second lock", async () => {
  const it = await rig.openIncident({ story: "spray-forward-connector" });
  await rig.cloud.simulator.admin("POST", `/admin/tenants/${it.sim.tenantId}/settings`, { syncMode: "stays" });
  await contain(it);
  await it.sync();
  await rig.cloud.advance(130);
  await rig.activities.runWatches();
  expect((await it.effects()).filter((effect) => effect.startsWith("disable account"))).toHaveLength(1);
  expect((await it.stored()).not_contained).toBe(false);
});

test.each([
  ["an application without the directory role", "aitm-mail-rule", {}],
  ["a synced account", "spray-forward-connector", {}],
  ["a federated account", "aitm-mail-rule", { is_federated: true }],
])(
  "a password that %s cannot set is not taken for set, and nothing re-enables the account",
  async (name, story, account) => {
    const it = await rig.openIncident({ story });
    await contain(it);
    await settleSteps(it, "retract-phish", "disable-persistence");
    if ("is_federated" in account)
      await it.sql(`update accounts set is_federated = true where id = '${it.account.id}'`);
    if (name.includes("directory role")) {
      await rig.cloud.simulator.admin("POST", `/admin/tenants/${it.sim.tenantId}/consent`, { directoryRoles: false });
      rig.cloud.m365.forgetTokens(it.sim.tenantId);
    }
    const outcome = await reset(it);
    expect(["refused", "waiting", "failed"]).toContain(outcome.state);
    expect(outcome.reason).toBeTruthy();
    expect((await it.victim()).passwordGeneration).toBe(1);
    expect(await reenable(it)).toMatchObject({ state: "refused" });
    expect((await it.victim()).accountEnabled).toBe(false);
  },
);

test("lock and password are requests of their own, no password goes through resetPassword, and nothing is deleted for good", async () => {
  const it = await rig.openIncident();
  await contain(it);
  await settleSteps(it, "retract-phish", "disable-persistence");
  expect(await reset(it)).toMatchObject({ state: "accepted" });
  const requests = await rig.cloud.requests(it.sim.tenantId);
  const patches = requests.filter((one) => one.method === "PATCH" && one.path.includes(it.sim.victim.objectId));
  expect(patches.map((one) => one.status)).toEqual([204, 204]);
  expect(requests.filter((one) => /resetPassword|permanentDelete|purgeData/i.test(one.path))).toEqual([]);
  const effects = await it.effects();
  expect(effects).toContain(`reset password ${it.sim.victim.objectId}`);
  expect(effects.at(-1)).toBe(`revoke sessions ${it.sim.victim.objectId}`);
});

test("a generated password that the policy refuses is made anew, and only the one that holds is shown", async () => {
  const it = await rig.openIncident();
  await contain(it);
  await settleSteps(it, "retract-phish", "disable-persistence");
  await it.fault({ kind: "error", match: { method: "PATCH" }, status: 400, code: "Request_BadRequest", count: 1 });
  expect(await reset(it)).toMatchObject({ state: "accepted" });
  expect((await it.victim()).passwordGeneration).toBe(2);
  expect((await it.effects()).filter((effect) => effect.startsWith("reset password"))).toHaveLength(1);
  const secrets = await it.sql(`select id from sealed_secrets where incident_id = '${it.incident.id}'`);
  expect(secrets).toHaveLength(1);
});

test("one mailbox closed, one on-premises, one mail deleted and one moved by its owner: partly, with each in words, and all that can be is moved", async () => {
  const it = await rig.openIncident({
    story: "spray-forward-connector",
    phish: () => ["<trap@attacker.example>"],
  });
  const tenant = tenantOf(it);
  const people = tenant.users.filter((u) => u.mailbox && u.userType === "Member" && u.onPremisesSyncEnabled === true);
  const template = people.flatMap((u) => u.mailbox?.messages ?? [])[0];
  if (!template || people.length < 5) throw new Error("the company is too small");
  const [closed, onPremises, deleted, moved, plain] = people as [SimUser, SimUser, SimUser, SimUser, SimUser];
  for (const user of [closed, onPremises, moved, plain]) {
    const folder = user === moved ? "Archive" : "Inbox";
    const folders = user.mailbox?.folders ?? [];
    const folderId = (folders.find((f) => f.displayName === folder) ?? folders[0])?.id ?? "";
    user.mailbox?.messages.push({
      ...structuredClone(template),
      id: `trap-${user.id}`,
      immutableId: `trap-lasting-${user.id}`,
      internetMessageId: "<trap@attacker.example>",
      folderId,
    });
  }
  await it.fault({ kind: "mailbox-denied", userId: closed.id });
  await it.fault({ kind: "mailbox-not-enabled", userId: onPremises.id });
  await contain(it);
  const outcome = await rig.activities.retractPhish(it.byResponse);
  expect(outcome.state).toBe("partly");
  expect(outcome.reason).toContain(closed.upn);
  expect(outcome.reason).toContain(onPremises.upn);
  const where = async (user: SimUser) => {
    const truth = (await it.truth()).users.find((u) => u.objectId === user.id);
    return truth?.mailbox?.folders.find((f) => f.messages.some((m) => m.internetMessageId.includes("trap@")))
      ?.displayName;
  };
  expect([await where(moved), await where(plain)]).toEqual(["Deleted Items", "Deleted Items"]);
  expect(await where(deleted)).toBeUndefined();
  expect(await where(closed)).not.toBe("Deleted Items");
  await it.clearFaults();
  await it.fault({ kind: "mailbox-not-enabled", userId: onPremises.id });
  await rig.cloud.advance(70);
  await rig.activities.runWatches();
  expect(await where(closed)).toBe("Deleted Items");
  const step = (await it.steps())["retract-phish"];
  expect(step).toMatchObject({ state: "partly", reason: expect.stringContaining("on-premises Exchange") });
  expect(step?.reason).not.toContain(closed.upn);
});

test("a default sign-in method that goes only after the others still goes", async () => {
  const it = await rig.openIncident({
    artifacts: () =>
      ["default", "second"].map((id) => ({
        kind: "mfa-method",
        name: id,
        objectId: `method-${id}`,
        detail: { methodKind: "phone" },
      })),
  });
  userOf(it).methods = ["default", "second"].map((id) => ({
    id: `method-${id}`,
    type: "phoneAuthenticationMethod",
    createdDateTime: rig.cloud.now().toISOString(),
    details: { phoneNumber: "+1 5550100", phoneType: "mobile", ...(id === "default" ? { isDefault: true } : {}) },
  }));
  await contain(it);
  expect(await rig.activities.disablePersistence(it.byResponse)).toMatchObject({ state: "verified" });
  expect((await it.victim()).methods).toEqual([]);
});

const oldApp = (artifacts: (attack: Record<string, unknown>) => Record<string, unknown>[]) =>
  rig.openIncident({ story: "forgotten-persistence", artifacts: artifacts as never });
const tryApp = async (it: Opened) =>
  ((await it.attacker(["use-app"])) as { tries: { succeeded: boolean; result: string }[] }).tries[0];

test("an app with one consent of the victim and one for everybody is shut whole", async () => {
  const it = await oldApp((attack) => [
    { kind: "service-principal", name: "app", objectId: String(attack.servicePrincipalId) },
    { kind: "oauth-grant", name: "grant", objectId: String(attack.grantId) },
  ]);
  const { grants } = tenantOf(it);
  const grant = grants.find((g) => g.id === it.sim.attack.grantId);
  if (!grant) throw new Error("no grant");
  grants.push({ ...grant, id: "grant-for-everybody", consentType: "AllPrincipals", principalId: null });
  await contain(it);
  await rig.activities.disablePersistence(it.byResponse);
  userOf(it).accountEnabled = true;
  expect(await tryApp(it)).toMatchObject({ succeeded: false });
});

test("an app that was deleted and consented to again has a new id and is found by its application", async () => {
  const it = await oldApp((attack) => [
    {
      kind: "service-principal",
      name: "app",
      objectId: String(attack.servicePrincipalId),
    },
  ]);
  const tenant = tenantOf(it);
  const app = tenant.servicePrincipals.find((sp) => sp.id === it.sim.attack.servicePrincipalId);
  if (!app) throw new Error("no app");
  await it.sql(`update artifacts set detail = jsonb_build_object('appId', '${app.appId}')
    where incident_id = '${it.incident.id}'`);
  for (const grant of tenant.grants)
    if (grant.clientId === app.id) grant.clientId = "5b0c2c0e-0000-4000-8000-00000000abcd";
  app.id = "5b0c2c0e-0000-4000-8000-00000000abcd";
  await contain(it);
  expect(await rig.activities.disablePersistence(it.byResponse)).toMatchObject({ state: "verified" });
  expect((await it.truth()).servicePrincipals.find((sp) => sp.id === app.id)?.accountEnabled).toBe(false);
});

test("what Exchange no longer has when its removal comes counts as taken away", async () => {
  const it = await rig.openIncident({
    story: "spray-forward-connector",
    artifacts: (attack) => [
      { kind: "mailbox-forwarding", name: String(attack.forwardingAddress) },
      { kind: "inbound-connector", name: String(attack.connectorIdentity), objectId: String(attack.connectorIdentity) },
    ],
  });
  await contain(it);
  const tenant = tenantOf(it);
  tenant.connectors = tenant.connectors.filter((one) => one.identity !== it.sim.attack.connectorIdentity);
  expect(await rig.activities.disablePersistence(it.byResponse)).toMatchObject({ state: "verified" });
});

test("a tenant whose consent goes in the middle of step 3 ends as access lost, with what was done kept", async () => {
  const it = await rig.openIncident({
    artifacts: (attack) => [
      { kind: "inbox-rule", name: String(attack.ruleName), objectId: String(attack.ruleId) },
      { kind: "mailbox-forwarding", name: "x@attacker.example" },
    ],
  });
  if (userOf(it).mailbox)
    (userOf(it).mailbox as { forwardingSmtpAddress: string }).forwardingSmtpAddress = "smtp:x@attacker.example";
  await contain(it);
  const activities = rig.withFault(async ({ action, at }) => {
    if (action !== "delete-inbox-rule" || at !== "after-record") return;
    await rig.cloud.simulator.admin("POST", `/admin/tenants/${it.sim.tenantId}/consent`, { state: "removed" });
    rig.cloud.m365.forgetTokens(it.sim.tenantId);
  });
  const outcome = await activities.disablePersistence(it.byResponse);
  expect(outcome).toMatchObject({ state: "failed", reason: expect.stringContaining("lost its access") });
  expect((await it.rows()).find((row) => row.kind === "delete-inbox-rule")).toMatchObject({ state: "accepted" });
  const [tenant] = await it.sql(`select access_lost_at from tenants where id = '${it.tenant.id}'`);
  expect(tenant?.access_lost_at).not.toBeNull();
  expect((await it.stored()).status).toBe("open");
});

test("a replica that lags spoils no before-image: what is undone goes back to what it was before the first write", async () => {
  const it = await rig.openIncident();
  await it.fault({ kind: "replica-lag", ms: 60_000 });
  await rig.activities.planRemediation(it.at);
  await rig.activities.lockAccount(it.byResponse);
  // Read in the middle of the lag: Microsoft still shows the account enabled, and then a second time disabled.
  await rig.cloud.advance(5);
  await rig.activities.lockAccount(it.byResponse);
  await rig.cloud.advance(180);
  await rig.activities.verifyLock(it.at);
  const rows = (await it.rows()).filter((row) => row.kind === "disable-account");
  expect(rows.map((row) => row.before?.accountEnabled)).toEqual([true]);
  const actionId = String(rows[0]?.id);
  const undo = await it.order({ kind: "undo", actionId });
  expect(await rig.activities.undoAction({ ...undo, actionId })).toMatchObject({ state: "undone" });
  expect((await it.victim()).accountEnabled).toBe(true);
});

test("no trap drew a write that the simulated cloud counts as a violation", async () => {
  expect(await rig.cloud.violations()).toEqual([]);
});
