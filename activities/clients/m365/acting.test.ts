import { afterAll, beforeAll, expect, test } from "vitest";
import { type SimulatedCloud, startSimulatedCloud } from "./testing/simulated-cloud.ts";
import { createWire } from "./wire.ts";

let cloud: SimulatedCloud;
let seed = 0;
beforeAll(async () => {
  cloud = await startSimulatedCloud();
});
afterAll(() => cloud.close());

async function newTenant(story = "aitm-mail-rule") {
  const made = await cloud.simulator.tenant({ story, seed: `acting-${++seed}` });
  await cloud.simulator.admin("POST", `/admin/tenants/${made.tenantId}/authority`, { writesAllowed: true });
  return { ...made, tenant: cloud.m365.tenant(made.tenantId), victimId: made.victim.objectId };
}
const effects = async (tenantId: string) =>
  (await cloud.simulator.truth<{ effects: { effect: string }[] }>(`/truth/effects?tenantId=${tenantId}`)).effects;

test.each([200, 202, 204])("a revocation answered with %i is accepted, whatever its body", async (status) => {
  const { tenant, tenantId, victimId } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind: "revoke-status", status });
  expect(await tenant.revokeSessions(victimId)).toMatchObject({ kind: "accepted", requestId: expect.any(String) });
});

test.each(["504", "reset"])("a write whose answer is lost (%s) is unknown, and was done", async (answer) => {
  const { tenant, tenantId, victimId } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind: "lost-answer", match: { method: "PATCH" }, answer, count: 1 });
  expect(await tenant.setAccountEnabled(victimId, false)).toMatchObject({ kind: "unknown" });
  expect(await effects(tenantId)).toHaveLength(1);
  expect((await tenant.readUser(victimId)).accountEnabled).toBe(false);
});

test("a 429 on a write is a fault, because nothing happened", async () => {
  const { tenant, tenantId, victimId } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind: "throttle", match: { method: "PATCH" }, retryAfter: 7, count: 1 });
  await expect(tenant.setAccountEnabled(victimId, false)).rejects.toMatchObject({ retryAfterMs: 7000 });
  expect(await effects(tenantId)).toEqual([]);
});

test.each(["html-403", "nul-403"])("a refusal with an unreadable body (%s) is a refusal with words", async (kind) => {
  const { tenant, tenantId, victimId } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind, match: { method: "PATCH" }, count: 1 });
  expect(await tenant.setAccountEnabled(victimId, false)).toMatchObject({ kind: "refused", fix: expect.any(String) });
});

test("a password without the directory role is refused, and the refusal names the role", async () => {
  const { tenant, tenantId, victimId } = await newTenant();
  await cloud.simulator.admin("POST", `/admin/tenants/${tenantId}/consent`, { directoryRoles: false });
  cloud.m365.forgetTokens(tenantId);
  const outcome = await tenant.setPassword(victimId, "correct-Horse9-battery");
  expect(outcome).toMatchObject({ kind: "refused", fix: expect.stringContaining("User Administrator") });
});

test("a weak password and a synced account are refused with a code, not retried", async () => {
  const cloudOnly = await newTenant();
  expect(await cloudOnly.tenant.setPassword(cloudOnly.victimId, "short")).toMatchObject({
    kind: "refused",
    code: "Request_BadRequest",
  });
  const synced = await newTenant("spray-forward-connector");
  expect(await synced.tenant.setPassword(synced.victimId, "correct-Horse9-battery")).toMatchObject({ kind: "refused" });
});

test("a moved mail has a new id, the old one is gone, and the mail is found again by its own id", async () => {
  const { tenant, attack, victimId } = await newTenant();
  const internetMessageId = (attack.phish as { received: string }).received;
  const [mail] = await tenant.findMessages(victimId, { internetMessageId });
  if (!mail) throw new Error("no phish");
  const moved = await tenant.moveMessage(victimId, mail.id, "deleteditems");
  expect(moved).toMatchObject({ kind: "accepted", newId: expect.any(String) });
  const deleted = await tenant.readFolderId(victimId, "deleteditems");
  expect(await tenant.findMessages(victimId, { internetMessageId })).toMatchObject([{ folderId: deleted }]);
  expect(await tenant.moveMessage(victimId, "AAMkNobody", "inbox")).toMatchObject({ kind: "gone" });
});

test("a quote in a message id does not break out of the filter", async () => {
  const { tenant, victimId } = await newTenant();
  expect(await tenant.findMessages(victimId, { internetMessageId: "<a' or 1 eq 1 or 'b@x&y#z>" })).toEqual([]);
});

test("a guest whose name would cut a URL is addressed by object id, and nobody else is hit", async () => {
  const { tenant, tenantId } = await newTenant();
  const users = cloud.simulator.simulator.world.tenants.get(tenantId)?.users ?? [];
  const [guest, other] = users.filter((user) => user.roles.length === 0 && user.accountEnabled);
  if (!guest || !other) throw new Error("the company is too small");
  guest.upn = "guest_ext.com#EXT#@client.example";
  other.upn = "guest_ext.com";
  expect(await tenant.setAccountEnabled(guest.id, false)).toMatchObject({ kind: "accepted" });
  expect([guest.accountEnabled, other.accountEnabled]).toEqual([false, true]);
});

test("one of Microsoft's own applications is refused before anything is sent", async () => {
  const { tenant, tenantId } = await newTenant();
  const principals = cloud.simulator.simulator.world.tenants.get(tenantId)?.servicePrincipals ?? [];
  const own = principals.find((sp) => sp.appOwnerOrganizationId === "f8cdef31-a31e-4b4a-93e4-5f571e91255a");
  if (!own) throw new Error("no first-party principal");
  expect(await tenant.setServicePrincipalEnabled(own.id, false)).toMatchObject({ kind: "refused", code: "FirstParty" });
  expect(await effects(tenantId)).toEqual([]);
});

test("a read-only rule is taken away through Exchange", async () => {
  const { tenant, tenantId, attack, victimId } = await newTenant();
  const user = cloud.simulator.simulator.world.tenants.get(tenantId)?.users.find((u) => u.id === victimId);
  const rule = user?.mailbox?.rules.find((r) => r.id === attack.ruleId);
  if (!rule) throw new Error("no rule");
  rule.readOnly = true;
  expect(await tenant.deleteInboxRule(victimId, rule.id)).toMatchObject({ kind: "accepted" });
  expect(await tenant.readInboxRule(victimId, rule.id)).toBeNull();
});

test("removing what is not there is gone, not a failure", async () => {
  const { tenant, victimId } = await newTenant();
  expect(await tenant.deleteInboxRule(victimId, "nothing")).toMatchObject({ kind: "gone" });
  expect(await tenant.deleteGrant("nothing")).toMatchObject({ kind: "gone" });
  expect(await tenant.removeConnector("inbound-connector", "nothing")).toMatchObject({ kind: "gone" });
  expect(await tenant.readConnector("inbound-connector", "nothing")).toBeNull();
});

test("a token goes to Microsoft's hosts only, however a link reads", async () => {
  const wire = createWire({
    originMap: {},
    allowedOrigins: ["https://graph.microsoft.com"],
    timeoutMs: 1000,
    clock: { now: () => new Date(0) },
  });
  const init = { headers: { authorization: "Bearer x" } };
  await expect(wire.fetch("https://graph.microsoft.com.attacker.example/v1.0/users", init)).rejects.toMatchObject({
    sent: false,
  });
  await expect(wire.fetch("http://graph.microsoft.com/v1.0/users", init)).rejects.toMatchObject({ sent: false });
});

test("nothing in acting was a violation", async () => {
  expect(await cloud.violations()).toEqual([]);
});
