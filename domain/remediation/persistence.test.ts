import { expect, test } from "vitest";
import type { InventoryItem } from "#domain/incident/analysis.ts";
import { type KnownArtifact, rolesStillHeld, type SweepInput, sweep } from "./persistence.ts";

const account = { objectId: "u1", upn: "mei@client.example" };
const rule = (change: Partial<InventoryItem> = {}): InventoryItem => ({
  kind: "inbox-rule",
  objectId: "r1",
  name: "..",
  mailbox: account,
  enabled: true,
  detail: { exchangeId: "4711" },
  ...change,
});
const known = (change: Partial<KnownArtifact> = {}): KnownArtifact => ({
  id: "a1",
  kind: "inbox-rule",
  name: "..",
  objectId: null,
  mailboxObjectId: null,
  mailbox: null,
  state: "active",
  byAttacker: true,
  detail: {},
  wasRead: false,
  ...change,
});
const run = (change: Partial<SweepInput>) =>
  sweep({
    artifacts: [],
    items: [],
    account,
    firstAttackerAt: "2026-08-01T10:00:00.000Z",
    lockedAt: "2026-08-01T11:00:00.000Z",
    seen: undefined,
    blindKinds: [],
    ...change,
  });

test("a rule is found by the number the audit log gives it, before one of the same name", () => {
  const twin = rule({ objectId: "r0", detail: { exchangeId: "1" } });
  const { readings } = run({ artifacts: [known({ objectId: "tenant\\box\\4711" })], items: [twin, rule()] });
  expect(readings).toMatchObject([{ artifactId: "a1", objectId: "r1", state: "active" }]);
});

test("what is disabled is read as disabled, what is gone as deleted", () => {
  const disabled = run({ artifacts: [known({ objectId: "r1" })], items: [rule({ enabled: false })] });
  expect(disabled.readings).toMatchObject([{ state: "disabled" }]);
  expect(run({ artifacts: [known({ objectId: "r1" })] }).readings).toEqual([{ artifactId: "a1", state: "deleted" }]);
});

test("a nameless rule nobody can point at stays unknown while a rule is there that may be it", () => {
  const artifact = known({ name: "" });
  expect(run({ artifacts: [artifact], items: [rule({ name: "Invoices" })] }).readings).toMatchObject([
    { state: "unknown" },
  ]);
  expect(run({ artifacts: [artifact] }).readings).toMatchObject([{ state: "deleted" }]);
});

test("what cannot be told apart is shown for a person to choose, and not blamed on anybody", () => {
  const method: InventoryItem = {
    kind: "mfa-method",
    objectId: "m1",
    name: "Phone",
    mailbox: account,
    enabled: true,
    detail: {},
  };
  const artifact = known({ kind: "mfa-method", name: "User registered security info" });
  const { readings, found } = run({ artifacts: [artifact], items: [method] });
  expect(readings).toMatchObject([{ state: "unknown" }]);
  expect(found).toMatchObject([{ item: { objectId: "m1" }, byAttacker: false }]);
});

test("nothing is concluded about what could not be read", () => {
  expect(run({ artifacts: [known({ objectId: "r1" })], blindKinds: ["inbox-rule"] }).readings).toEqual([]);
});

test("a rule in another mailbox is another rule", () => {
  const other = rule({ mailbox: { objectId: "u2", upn: "noa@client.example" } });
  expect(run({ artifacts: [known()], items: [other] }).readings).toMatchObject([{ state: "deleted" }]);
});

test("what appears on the account after the lock was made by the attacker", () => {
  const { found } = run({ items: [rule()], seen: [] });
  expect(found).toMatchObject([{ byAttacker: true }]);
});

test("what the first sweep sees is not blamed on anybody, and what appeared during the attack is shown and left alone", () => {
  const method: InventoryItem = {
    kind: "mfa-method",
    objectId: "m1",
    name: "Phone",
    mailbox: account,
    enabled: true,
    createdAt: "2026-08-01T10:30:00.000Z",
    detail: {},
  };
  const { found } = run({
    items: [rule(), method, { ...method, objectId: "m0", createdAt: "2024-01-01T00:00:00.000Z" }],
  });
  expect(found).toMatchObject([{ item: { objectId: "m1" }, byAttacker: false }]);
});

test("the owner's older sign-in method is never taken for the attacker's", () => {
  const old: InventoryItem = {
    kind: "mfa-method",
    objectId: "m0",
    name: "iPhone",
    mailbox: account,
    enabled: true,
    createdAt: "2024-01-01T00:00:00.000Z",
    detail: { methodKind: "microsoftAuthenticator" },
  };
  const artifact = known({ kind: "mfa-method", name: "iPhone", detail: { methodKind: "microsoftAuthenticator" } });
  expect(run({ artifacts: [artifact], items: [old] }).readings).toMatchObject([{ state: "deleted" }]);
});

test("a delegate recorded by alias is the one Exchange names in full", () => {
  const delegate = known({ kind: "mailbox-delegate", name: "mallory", mailbox: account.upn });
  const item = rule({
    kind: "mailbox-delegate",
    objectId: "u1/mallory@client.example",
    name: "mallory@client.example",
    detail: { trustee: "mallory@client.example" },
  });
  expect(run({ artifacts: [delegate], items: [item] }).readings).toMatchObject([{ state: "active" }]);
});

test("nothing is called gone in a mailbox nobody looked into", () => {
  const delegate = known({ kind: "mailbox-delegate", name: "mallory", mailbox: "Boss@client.example" });
  expect(run({ artifacts: [delegate], unreadMailboxes: ["boss@client.example"] }).readings).toEqual([]);
  expect(run({ artifacts: [delegate] }).readings).toMatchObject([{ state: "deleted" }]);
});

test("a given role is held while the directory shows it, under whichever of its names", () => {
  const given = "Company Administrator; Helpdesk Administrator";
  expect(rolesStillHeld(given, ["Global Administrator", "Reports Reader"])).toEqual(["Global Administrator"]);
  expect(rolesStillHeld(given, ["Reports Reader"])).toEqual([]);
  expect(rolesStillHeld(undefined, ["Reports Reader"])).toEqual(["Reports Reader"]);
});
