import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "#simulator/state/types.ts";
import { type Opened, openRig, type Rig } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const rule = (attack: Json) => [
  { kind: "inbox-rule" as const, name: String(attack.ruleName), objectId: String(attack.ruleId) },
];
/** Without the rule every mailbox has from Exchange itself. */
const rulesOf = async (it: Opened) =>
  (await it.victim()).mailbox.rules.filter((r) => r.displayName !== "Junk E-mail Rule");
const mailboxIn = (it: Opened) => {
  const user = rig.cloud.simulator.simulator.world.tenants
    .get(it.sim.tenantId)
    ?.users.find((u) => u.id === it.sim.victim.objectId);
  if (!user?.mailbox) throw new Error("the victim has no mailbox");
  return user.mailbox;
};
const lock = async (at: Parameters<Rig["activities"]["lockAccount"]>[0]) => {
  await rig.activities.planRemediation(at);
  await rig.activities.lockAccount(at);
  await rig.cloud.advance(3);
  await rig.activities.verifyLock(at);
};

test("forwarding and a connector are taken away on a synced account, the connector disabled and not removed", async () => {
  const it = await rig.openIncident({
    story: "spray-forward-connector",
    artifacts: (attack) => [
      { kind: "mailbox-forwarding", name: String(attack.forwardingAddress) },
      { kind: "inbound-connector", name: String(attack.connectorIdentity), objectId: String(attack.connectorIdentity) },
    ],
  });
  await lock(it.byResponse);
  expect(await rig.activities.disablePersistence(it.byResponse)).toMatchObject({ state: "verified" });
  expect((await it.victim()).mailbox.forwardingSmtpAddress).toBeNull();
  const connectors = (await it.truth()).connectors;
  expect(connectors.length).toBeGreaterThan(0);
  expect(connectors.find((c) => c.identity === it.sim.attack.connectorIdentity)?.enabled).toBe(false);
});

test("app, consent and rule of an old compromise are taken away; first-party apps are never touched", async () => {
  const it = await rig.openIncident({
    story: "forgotten-persistence",
    artifacts: (attack) => [
      ...rule(attack),
      { kind: "service-principal", name: "app", objectId: String(attack.servicePrincipalId) },
      { kind: "oauth-grant", name: "grant", objectId: String(attack.grantId) },
    ],
  });
  await lock(it.byResponse);
  expect(await rig.activities.disablePersistence(it.byResponse)).toMatchObject({ state: "verified" });
  const truth = await it.truth();
  expect(truth.servicePrincipals.find((sp) => sp.id === it.sim.attack.servicePrincipalId)?.accountEnabled).toBe(false);
  expect(truth.grants.some((grant) => grant.id === it.sim.attack.grantId)).toBe(false);
  expect(await rig.cloud.violations()).toEqual([]);
});

test("a rule known only by its name or by the number of the audit log is found and deleted", async () => {
  const byName = await rig.openIncident({
    artifacts: (attack) => [{ kind: "inbox-rule", name: String(attack.ruleName) }],
  });
  await lock(byName.byResponse);
  expect(await rig.activities.disablePersistence(byName.byResponse)).toMatchObject({ state: "verified" });
  expect(await rulesOf(byName)).toEqual([]);
});

test("an artifact the attacker did not make is left alone unless a person names it", async () => {
  const it = await rig.openIncident({
    artifacts: (attack) => rule(attack).map((wish) => ({ ...wish, byAttacker: false })),
  });
  await lock(it.byResponse);
  await rig.activities.disablePersistence(it.byResponse);
  expect(await rulesOf(it)).toHaveLength(1);
  const [artifact] = await it.artifactRows();
  const artifactIds = [String(artifact?.id)];
  const order = await it.order({ kind: "run-step", step: "disable-persistence", artifactIds });
  await rig.activities.disablePersistence({ ...order, artifactIds, artifactAction: "disable" });
  expect(await rulesOf(it)).toMatchObject([{ isEnabled: false }]);
  expect(await it.artifactRows()).toMatchObject([{ state: "disabled" }]);
});

test("a disabled inbox rule is still leftover persistence, a deleted one is not [R66]", async () => {
  const it = await rig.openIncident({ artifacts: rule });
  await lock(it.byResponse);
  const [artifact] = await it.artifactRows();
  const artifactIds = [String(artifact?.id)];
  const disable = await it.order({ kind: "run-step", step: "disable-persistence", artifactIds });
  await rig.activities.disablePersistence({ ...disable, artifactIds, artifactAction: "disable" });
  await rig.activities.sweepPersistence(it.at);
  expect(await it.artifactRows()).toMatchObject([{ state: "disabled" }]);
  await rig.activities.disablePersistence(it.byResponse);
  expect(await it.artifactRows()).toMatchObject([{ state: "deleted" }]);
  expect(await rulesOf(it)).toEqual([]);
});

test("what the attacker adds after the lock is found by the second sweep and taken away", async () => {
  const it = await rig.openIncident({ artifacts: rule });
  await lock(it.byResponse);
  await rig.activities.disablePersistence(it.byResponse);
  const version = (await it.stored()).plan_version;
  const mailbox = mailboxIn(it);
  mailbox.forwardingSmtpAddress = "smtp:back@attacker.example";
  mailbox.rules.push({
    id: "QUFB",
    exchangeId: "4711",
    name: "z",
    sequence: 1,
    enabled: true,
    readOnly: false,
    hidden: false,
    conditions: {},
    actions: { delete: true },
  });
  await rig.cloud.advance(200);
  const run = await rig.activities.runWatches();
  expect(run.wake).toContainEqual(it.at);
  expect((await it.stored()).plan_version).toBeGreaterThan(version);
  expect((await it.artifactRows()).filter((row) => row.state === "active")).toEqual([]);
  expect((await it.steps())["disable-persistence"]).toMatchObject({ state: "verified" });
  expect(await rulesOf(it)).toEqual([]);
  expect((await it.victim()).mailbox.forwardingSmtpAddress).toBeNull();
});

test.each([[["FullAccess"]], [["SendAs"]], [["SendOnBehalf"]], [["FullAccess", "SendAs", "SendOnBehalf"]]])(
  "a delegate with %s is read live and taken away whole, another of the owner's stays",
  async (rights) => {
    const it = await rig.openIncident({
      artifacts: () => [
        { kind: "mailbox-delegate", name: "helper@attacker.example", detail: { trustee: "helper@attacker.example" } },
      ],
    });
    mailboxIn(it).permissions = [
      { user: "helper@attacker.example", rights },
      { user: "assistant@own.example", rights: ["SendAs"] },
    ];
    await lock(it.byResponse);
    expect(await rig.activities.disablePersistence(it.byResponse)).toMatchObject({ state: "verified" });
    expect((await it.victim()).mailbox.permissions).toEqual([{ user: "assistant@own.example", rights: ["SendAs"] }]);
  },
);

test("what the second sweep finds after a person's step waits for a person", async () => {
  const it = await rig.openIncident({ artifacts: rule });
  await lock(it.byResponse);
  const order = await it.order({ kind: "run-step", step: "disable-persistence" });
  await rig.activities.disablePersistence(order);
  await it.sql(`update commands set state = 'done' where id = '${order.commandId}'`);
  const version = (await it.stored()).plan_version;
  mailboxIn(it).forwardingSmtpAddress = "smtp:back@attacker.example";
  await rig.cloud.advance(200);
  await rig.activities.runWatches();
  expect((await it.victim()).mailbox.forwardingSmtpAddress).not.toBeNull();
  expect((await it.stored()).plan_version).toBeGreaterThan(version);
});

test("forwarding that is put back after it was taken away is taken away again, as a write of its own", async () => {
  const it = await rig.openIncident({
    story: "spray-forward-connector",
    artifacts: (attack) => [{ kind: "mailbox-forwarding", name: String(attack.forwardingAddress) }],
  });
  await lock(it.byResponse);
  await rig.activities.disablePersistence(it.byResponse);
  mailboxIn(it).forwardingSmtpAddress = "smtp:again@attacker.example";
  const version = (await it.stored()).plan_version;
  await rig.cloud.advance(200);
  expect((await rig.activities.runWatches()).wake).toContainEqual(it.at);
  expect((await it.stored()).plan_version).toBeGreaterThan(version);
  expect(await rig.activities.disablePersistence(it.byResponse)).toMatchObject({ state: "verified" });
  expect((await it.victim()).mailbox.forwardingSmtpAddress).toBeNull();
  expect((await it.rows()).filter((row) => row.kind === "clear-forwarding").map((row) => row.state)).toEqual([
    "verified",
    "verified",
  ]);
});

test("what a person brought back is not taken away again by Response", async () => {
  const it = await rig.openIncident({ artifacts: rule });
  await lock(it.byResponse);
  await rig.activities.disablePersistence(it.byResponse);
  const actionId = String((await it.rows()).find((row) => row.kind === "delete-inbox-rule")?.id);
  const undo = await it.order({ kind: "undo", actionId });
  expect(await rig.activities.undoAction({ ...undo, actionId })).toEqual({ state: "undone" });
  await rig.activities.disablePersistence(it.byResponse);
  expect(await rulesOf(it)).toHaveLength(1);
});

test("an Exchange that says yes with a warning and does nothing is found out, and asked again until it holds", async () => {
  const it = await rig.openIncident({
    story: "spray-forward-connector",
    artifacts: (attack) => [{ kind: "mailbox-forwarding", name: String(attack.forwardingAddress) }],
  });
  await lock(it.byResponse);
  await it.fault({ kind: "exchange-noop", count: 1 });
  const outcome = await rig.activities.disablePersistence(it.byResponse);
  expect(outcome).toMatchObject({ state: "partly", reason: expect.stringContaining("still shows it") });
  expect((await it.victim()).mailbox.forwardingSmtpAddress).not.toBeNull();
  await rig.cloud.advance(180);
  await rig.activities.runWatches();
  expect((await it.victim()).mailbox.forwardingSmtpAddress).toBeNull();
  expect((await it.steps())["disable-persistence"]).toMatchObject({ state: "verified" });
});

test("one mailbox that is closed to us leaves the retraction partly done, and it is finished when it opens", async () => {
  const it = await rig.openIncident({
    phish: (attack) => [(attack.phish as { sent: string }).sent],
  });
  await lock(it.byResponse);
  const recipient = (it.sim.attack.phish as { recipients: string[] }).recipients[0];
  await it.fault({ kind: "mailbox-denied", userId: recipient });
  expect(await rig.activities.retractPhish(it.byResponse)).toMatchObject({ state: "partly", again: { inSeconds: 60 } });
  const copies = await it.copies();
  expect(copies.filter((copy) => copy.state === "moved").length).toBeGreaterThan(0);
  expect(copies.some((copy) => copy.mailbox_object_id === recipient && copy.state === "moved")).toBe(false);
  await it.clearFaults();
  await rig.cloud.advance(61);
  await rig.activities.runWatches();
  expect((await it.steps())["retract-phish"]).toMatchObject({ state: "verified" });
  expect((await it.copies()).some((c) => c.mailbox_object_id === recipient && c.state === "moved")).toBe(true);
});

test("a move whose answer was lost is looked up and not done twice", async () => {
  const it = await rig.openIncident({ phish: (attack) => [(attack.phish as { sent: string }).sent] });
  await lock(it.byResponse);
  await it.fault({ kind: "lost-answer", match: { pathPattern: "/move$" }, answer: "504", count: 3 });
  expect(await rig.activities.retractPhish(it.byResponse)).toMatchObject({ state: "verified" });
  const moves = (await it.effects()).filter((effect) => effect.startsWith("move message"));
  expect(new Set(moves).size).toBe(moves.length);
  const states = (await it.copies()).map((copy) => copy.state);
  expect(new Set(states)).toEqual(new Set(["moved"]));
});
