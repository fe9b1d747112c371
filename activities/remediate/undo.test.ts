import { afterAll, beforeAll, expect, test } from "vitest";
import { planArtifact, UNDO_OF } from "#domain/remediation/plan.ts";
import { ACTION_KINDS, type ActionKind } from "#domain/remediation/steps.ts";
import type { Tenant } from "#simulator/state/types.ts";
import { openCase } from "./case.ts";
import { type WriteRequest, write } from "./ledger.ts";
import { type Opened, openRig, type Rig } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

type Thing = { targetId: string; image?: Record<string, unknown>; choice?: "disable" };
const user = (it: Opened) => it.sim.victim.objectId;
const mailbox = (world: Tenant, it: Opened) => {
  const found = world.users.find((u) => u.id === user(it))?.mailbox;
  if (!found) throw new Error("no mailbox");
  return found;
};
const some = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("the company lacks it");
  return value;
};

/** For each write that can be undone, something in the simulated tenant to do it to. */
const THINGS: Partial<Record<ActionKind, (world: Tenant, it: Opened) => Thing>> = {
  "disable-account": (_world, it) => ({ targetId: user(it) }),
  "add-to-block-group": (world, it) => {
    world.groups.push({ id: "block-group", displayName: "Block", synced: false, members: [] });
    return { targetId: `block-group/${user(it)}` };
  },
  "remove-mailbox-permission": (world, it) => {
    const trustee = some(world.users.find((u) => u.id !== user(it))).upn;
    mailbox(world, it).permissions.push({ user: trustee, rights: ["FullAccess", "SendAs", "SendOnBehalf"] });
    return { targetId: `${user(it)}/${trustee}` };
  },
  "disable-mailbox-protocols": (world, it) => {
    mailbox(world, it).protocols.PopEnabled = false;
    return { targetId: user(it) };
  },
  "move-message": (world, it) => {
    const message = some(mailbox(world, it).messages[0]);
    return {
      targetId: `${user(it)}/${message.id}`,
      image: { internetMessageId: message.internetMessageId, folderId: message.folderId },
    };
  },
  "delete-inbox-rule": (_world, it) => ({ targetId: `${user(it)}/${String(it.sim.attack.ruleId)}` }),
  "disable-inbox-rule": (_world, it) => ({ targetId: `${user(it)}/${String(it.sim.attack.ruleId)}` }),
  "clear-forwarding": (world, it) => {
    const box = mailbox(world, it);
    box.forwardingSmtpAddress = "smtp:home@elsewhere.example";
    box.deliverToMailboxAndForward = true;
    return { targetId: user(it) };
  },
  "disable-transport-rule": (world) => {
    world.transportRules.push({
      identity: "Disclaimer",
      name: "Disclaimer",
      enabled: true,
      priority: 0,
      properties: {},
      whenChanged: "2026-08-01T00:00:00Z",
    });
    return { targetId: "Disclaimer" };
  },
  "disable-connector": (world) => {
    world.connectors.push({
      direction: "inbound",
      identity: "c1",
      name: "Scanner",
      enabled: true,
      properties: {},
      whenCreated: "2026-08-01T00:00:00Z",
      whenChanged: "2026-08-01T00:00:00Z",
    });
    return { targetId: "inbound-connector/Scanner" };
  },
  "delete-oauth-grant": (world, it) => {
    const client = foreign(world);
    const resource = some(world.servicePrincipals.find((sp) => sp.id !== client.id));
    const id = "grant-to-undo";
    world.grants.push({
      id,
      clientId: client.id,
      consentType: "Principal",
      principalId: user(it),
      resourceId: resource.id,
      scope: "Mail.Read",
    });
    return { targetId: id };
  },
  "disable-service-principal": (world) => ({ targetId: foreign(world).id }),
  "disable-application": (world) => {
    world.applications.push({
      id: "app-to-undo",
      appId: "app-id",
      displayName: "Own app",
      createdAt: 0,
      isDisabled: false,
      passwordCredentials: [],
      keyCredentials: [],
    });
    return { targetId: "app-to-undo" };
  },
  "disable-device": (world) => ({ targetId: some(world.devices.find((device) => device.accountEnabled)).id }),
};

function foreign(world: Tenant) {
  const known = world.servicePrincipals.find((sp) => sp.appId === "foreign-app");
  if (known) return known;
  const made = { ...some(world.servicePrincipals[0]), id: "foreign-sp", appId: "foreign-app", displayName: "Foreign" };
  made.appOwnerOrganizationId = "99999999-0000-4000-8000-000000000000";
  world.servicePrincipals.push(made);
  return made;
}

/** What matters of a tenant, without the ids a recreated object cannot keep. */
async function shapeOf(it: Opened) {
  const truth = await it.truth();
  const victim = await it.victim();
  const { folders, rules, permissions, protocols, forwardingSmtpAddress, deliverToMailboxAndForward } = victim.mailbox;
  return {
    enabled: victim.accountEnabled,
    folders: folders.map((folder) => [folder.displayName, folder.messages.map((m) => m.internetMessageId).sort()]),
    rules: rules.map(({ displayName, isEnabled, actions, conditions }) => ({
      displayName,
      isEnabled,
      actions,
      conditions,
    })),
    permissions,
    protocols,
    groups: truth.groups.map(({ id, members }) => ({ id, members })),
    forwarding: [forwardingSmtpAddress, deliverToMailboxAndForward],
    grants: truth.grants.map(({ clientId, principalId, scope }) => ({ clientId, principalId, scope })),
    principals: truth.servicePrincipals.map(({ id, accountEnabled }) => ({ id, accountEnabled })),
    applications: truth.applications.map(({ id, isDisabled }) => ({ id, isDisabled })),
    devices: truth.devices.map(({ id, accountEnabled }) => ({ id, accountEnabled })),
    connectors: truth.connectors.map(({ name, enabled }) => ({ name, enabled })),
    transportRules: truth.transportRules.map(({ name, enabled }) => ({ name, enabled })),
  };
}

/** The simulated cloud can take these away and has no way to give them back. */
const NOT_SIMULATED: ActionKind[] = ["remove-role-assignment"];
const UNDOABLE = ACTION_KINDS.filter((kind) => UNDO_OF[kind] !== null && !NOT_SIMULATED.includes(kind));

test("every kind of write that promises an undo is tried here", () => {
  expect(Object.keys(THINGS).toSorted()).toEqual(UNDOABLE.toSorted());
});

test.each(UNDOABLE)("doing %s and undoing it leaves the tenant as it was", async (kind) => {
  const it = await rig.openIncident();
  const world = some(rig.cloud.simulator.simulator.world.tenants.get(it.sim.tenantId));
  const thing = some(THINGS[kind])(world, it);
  const before = await shapeOf(it);
  const order = await it.order({ kind: "run-step", step: "disable-persistence" });
  const deps = rig.depsWith();
  const request: WriteRequest = {
    step: kind === "move-message" ? "retract-phish" : "disable-persistence",
    kind,
    targetId: thing.targetId,
    targetLabel: kind,
    order,
    ...(thing.image ? { image: thing.image } : {}),
  };
  const done = await write(deps, await openCase(deps, it.at), request);
  expect(done).toMatchObject({ kind: "done", isNew: true });
  expect(await shapeOf(it)).not.toEqual(before);
  const [row] = await it.rows();
  const actionId = String(row?.id);
  const undo = await it.order({ kind: "undo", actionId });
  expect(await rig.activities.undoAction({ ...undo, actionId })).toEqual({ state: "undone" });
  expect(await shapeOf(it)).toEqual(before);
  const count = (await it.effects()).length;
  expect(await rig.activities.undoAction({ ...undo, actionId })).toEqual({ state: "undone" });
  expect(await it.effects()).toHaveLength(count);
  expect((await it.rows())[0]).toMatchObject({ state: "undone" });
});

test("what cannot be undone says so before and after", async () => {
  const it = await rig.openIncident();
  const order = await it.order({ kind: "run-step", step: "revoke-and-lock" });
  await rig.activities.lockAccount(order);
  const revoke = (await it.rows()).find((row) => row.kind === "revoke-sessions");
  expect(revoke).toMatchObject({ is_undoable: false });
  const actionId = String(revoke?.id);
  const undo = await it.order({ kind: "undo", actionId });
  expect(await rig.activities.undoAction({ ...undo, actionId })).toMatchObject({ state: "refused" });
  const hidden = planArtifact(
    {
      id: "a",
      kind: "inbox-rule",
      name: "hidden",
      objectId: "exchange:1",
      mailboxObjectId: "m",
      state: "active",
      byAttacker: true,
      detail: { isHidden: "true" },
    },
    "u",
  );
  expect(hidden.undo).toBeNull();
});

test("two attempts at the same lock at once leave one row and a locked account", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await Promise.allSettled([rig.activities.lockAccount(it.byResponse), rig.activities.lockAccount(it.byResponse)]);
  await rig.activities.lockAccount(it.byResponse);
  const rows = (await it.rows()).map((row) => row.kind);
  expect(rows.filter((kind) => kind === "disable-account")).toHaveLength(1);
  expect((await it.victim()).accountEnabled).toBe(false);
});
