import { afterAll, beforeAll, expect, test } from "vitest";
import { PASSWORD_PURPOSE, unseal } from "#db/sealing.ts";
import { MASTER_KEY, type Opened, openRig, type Rig } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const aitm = () =>
  rig.openIncident({
    artifacts: (attack) => [{ kind: "inbox-rule", name: String(attack.ruleName), objectId: String(attack.ruleId) }],
    phish: (attack) => {
      const { received, sent } = attack.phish as { received: string; sent: string };
      return [received, sent];
    },
  });

const contain = async (it: Opened) => {
  await rig.activities.planRemediation(it.at);
  await rig.activities.lockAccount(it.byResponse);
  await rig.cloud.advance(3);
  expect(await rig.activities.verifyLock(it.at)).toMatchObject({ state: "verified" });
};

test("an incident goes from lock to remediated, and what is claimed is what is so", async () => {
  const it = await aitm();
  await contain(it);
  const phish = it.sim.attack.phish as { received: string; sent: string; recipients: string[] };

  expect(await rig.activities.retractPhish(it.byResponse)).toEqual({ state: "verified" });
  const mailboxes = (await it.truth()).users.flatMap((user) => user.mailbox?.folders ?? []);
  const lying = mailboxes.filter((folder) =>
    folder.messages.some((m) => [phish.received, phish.sent].includes(m.internetMessageId)),
  );
  expect(new Set(lying.map((folder) => folder.displayName))).toEqual(new Set(["Deleted Items"]));
  expect(lying.length).toBeGreaterThanOrEqual(phish.recipients.length);

  expect(await rig.activities.disablePersistence(it.byResponse)).toMatchObject({ state: "verified" });
  expect((await it.victim()).mailbox.rules.map((rule) => rule.displayName)).not.toContain(it.sim.attack.ruleName);

  const order = await it.order({ kind: "run-step", step: "reset-password" });
  const reset = await rig.activities.resetPassword({ ...order, forMemberId: it.member.id });
  expect(reset).toEqual({ state: "accepted", again: { inSeconds: 2 } });
  expect((await it.victim()).passwordGeneration).toBe(2);
  expect(await rig.activities.verifyPassword(it.at)).toEqual({ state: "verified" });
  expect(await it.stored()).toMatchObject({ password_proof: "set-by-petra" });

  const back = await it.order({ kind: "run-step", step: "reenable-account", handedOver: true });
  expect(await rig.activities.reenableAccount({ ...back, handedOver: true })).toEqual({ state: "verified" });
  expect((await it.victim()).accountEnabled).toBe(true);
  await rig.cloud.advance(120);
  await rig.activities.runWatches();
  expect((await it.victim()).accountEnabled).toBe(true);

  const close = await it.order({ kind: "mark-remediated", reasons: {} });
  expect(await rig.activities.closeIncident({ ...close, reasons: {} })).toEqual({ state: "verified" });
  expect(await it.stored()).toMatchObject({ status: "remediated" });
  const watches = await it.sql(
    `select kind from watches where incident_id = '${it.incident.id}' and state = 'watching'`,
  );
  expect(watches).toEqual([{ kind: "after-close" }]);
  expect(await rig.cloud.violations()).toEqual([]);
});

test("the generated password is sealed for one person and lies in no other column of the database [S40]", async () => {
  const it = await rig.openIncident({ responseEnabled: false });
  for (const step of ["revoke-and-lock", "retract-phish", "disable-persistence"] as const)
    await it.sql(
      `update incident_steps set state = 'verified' where incident_id = '${it.incident.id}' and step_id = '${step}'`,
    );
  const order = await it.order({ kind: "run-step", step: "reset-password" });
  expect(await rig.activities.resetPassword({ ...order, forMemberId: it.member.id })).toMatchObject({
    state: "accepted",
  });
  const [sealed] = await it.sql(
    `select sealed, for_member_id from sealed_secrets where incident_id = '${it.incident.id}'`,
  );
  expect(sealed?.for_member_id).toBe(it.member.id);
  const bytes = sealed?.sealed as Uint8Array;
  const password = Buffer.from(unseal(MASTER_KEY, PASSWORD_PURPOSE, it.incident.id, bytes)).toString();
  expect(password.length).toBeGreaterThanOrEqual(16);

  const tables = await it.sql("select table_name from information_schema.tables where table_schema = 'public'");
  const search = async (text: string) => {
    const hits: string[] = [];
    for (const { table_name } of tables) {
      const rows = await it.sql(`select row_to_json(t)::text as line from "${table_name}" t`);
      if (rows.some((row) => String(row.line).includes(text))) hits.push(String(table_name));
    }
    return hits;
  };
  await it.sql(`update incidents set note = 'planted-word' where id = '${it.incident.id}'`);
  expect(await search("planted-word")).toEqual(["incidents"]);
  expect(await search(JSON.stringify(password).slice(1, -1))).toEqual([]);
});

test("the password is not reset while a persistence artifact can still act [R97]", async () => {
  const it = await aitm();
  await contain(it);
  await rig.activities.retractPhish(it.byResponse);
  const order = await it.order({ kind: "run-step", step: "reset-password" });
  const outcome = await rig.activities.resetPassword({ ...order, forMemberId: it.member.id });
  expect(outcome).toMatchObject({ state: "refused", reason: expect.stringContaining("can still act") });
  expect((await it.victim()).passwordGeneration).toBe(1);
});

test("the account is not re-enabled while its password is old", async () => {
  const it = await aitm();
  await contain(it);
  await rig.activities.retractPhish(it.byResponse);
  await rig.activities.disablePersistence(it.byResponse);
  const order = await it.order({ kind: "run-step", step: "reenable-account", handedOver: true });
  expect(await rig.activities.reenableAccount(order)).toMatchObject({ state: "refused" });
  expect((await it.victim()).accountEnabled).toBe(false);
});

test("an account that was disabled before the incident stays disabled", async () => {
  const it = await rig.openIncident();
  const user = rig.cloud.simulator.simulator.world.tenants
    .get(it.sim.tenantId)
    ?.users.find((u) => u.id === it.sim.victim.objectId);
  if (user) user.accountEnabled = false;
  await contain(it);
  expect((await it.effects()).filter((effect) => effect.startsWith("disable"))).toEqual([]);
  const order = await it.order({ kind: "run-step", step: "reenable-account", handedOver: true });
  expect(await rig.activities.reenableAccount(order)).toMatchObject({ state: "not-applicable" });
  expect((await it.victim()).accountEnabled).toBe(false);
});

test("a synced account's password is never claimed reset without proof or a named person's word", async () => {
  const it = await rig.openIncident({ story: "spray-forward-connector" });
  await contain(it);
  await rig.activities.disablePersistence(it.byResponse);
  await it.sql(`update incident_steps set state = 'not-applicable' where step_id = 'retract-phish'`);
  const order = await it.order({ kind: "run-step", step: "reset-password" });
  const outcome = await rig.activities.resetPassword({ ...order, forMemberId: it.member.id });
  expect(outcome).toMatchObject({ state: "waiting", reason: expect.stringContaining("on-premises") });
  expect(await it.stored()).toMatchObject({ password_proof: null });
  expect(await rig.activities.verifyPassword(it.at)).toMatchObject({ state: "waiting" });
  await rig.cloud.simulator.admin("POST", `/admin/tenants/${it.sim.tenantId}/on-premises`, {
    userId: it.sim.victim.objectId,
    resetPassword: true,
  });
  await rig.cloud.advance(5);
  await it.sync();
  expect(await rig.activities.verifyPassword(it.at)).toEqual({ state: "verified" });
  expect(await it.stored()).toMatchObject({ password_proof: "read-back" });
});

test("only a named person can vouch for a password, and the reason is kept", async () => {
  const it = await rig.openIncident({ story: "spray-forward-connector" });
  await contain(it);
  await it.sql(
    `update incident_steps set state = 'verified' where step_id in ('retract-phish', 'disable-persistence')`,
  );
  expect(await rig.activities.attestPassword({ ...it.byResponse, reason: "I was there" })).toMatchObject({
    state: "refused",
  });
  const order = await it.order({ kind: "attest-password", reason: "Reset in AD by phone" });
  expect(await rig.activities.attestPassword({ ...order, reason: "Reset in AD by phone" })).toMatchObject({
    state: "verified",
  });
  expect(await it.stored()).toMatchObject({ password_proof: "attested" });
});

test("closing asks for a reason for each thing that is not green", async () => {
  const it = await aitm();
  await contain(it);
  const order = await it.order({ kind: "mark-remediated", reasons: {} });
  const refused = await rig.activities.closeIncident({ ...order, reasons: {} });
  expect(refused).toMatchObject({ state: "refused", reason: expect.stringContaining("Say in words") });
  const reasons = {
    "retract-phish": "Users were told",
    "disable-persistence": "The rule is wanted",
    "reset-password": "Passwordless",
    "reenable-account": "Left the company",
  };
  expect(await rig.activities.closeIncident({ ...order, reasons })).toMatchObject({ state: "verified" });
});

test("dismissing a false alarm brings everything back and keeps the reason", async () => {
  const it = await aitm();
  const before = await it.victim();
  await contain(it);
  await rig.activities.retractPhish(it.byResponse);
  await rig.activities.disablePersistence(it.byResponse);
  const order = await it.order({ kind: "dismiss", reason: "It was a test" });
  expect(await rig.activities.dismissIncident({ ...order, reason: "It was a test" })).toMatchObject({
    state: "undone",
  });
  const after = await it.victim();
  expect(after.accountEnabled).toBe(true);
  const shape = (user: typeof before) =>
    user.mailbox.rules.map(({ displayName, isEnabled, actions, conditions }) => ({
      displayName,
      isEnabled,
      actions,
      conditions,
    }));
  expect(shape(after)).toEqual(shape(before));
  const where = (user: typeof before) =>
    user.mailbox.folders.map((f) => [f.displayName, f.messages.map((m) => m.internetMessageId).sort()]);
  expect(where(after)).toEqual(where(before));
  expect((await it.stored()).status).toBe("dismissed");
  await rig.cloud.advance(600);
  await rig.activities.runWatches();
  expect((await it.victim()).accountEnabled).toBe(true);
});
