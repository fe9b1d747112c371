import { createHash, X509Certificate } from "node:crypto";
import { generate } from "selfsigned";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SimulatedCloud, startSimulatedCloud } from "./testing/simulated-cloud.ts";

let cloud: SimulatedCloud;
let seed = 0;
beforeAll(async () => {
  cloud = await startSimulatedCloud();
});
afterAll(() => cloud.close());

const newTenant = () => cloud.simulator.tenant({ story: "quiet", seed: `tokens-${++seed}`, people: 5 });
const tokenRequests = async (tenantId: string) =>
  (await cloud.requests(tenantId)).filter((r) => r.path.includes("/oauth2/v2.0/token")).length;

test("twenty calls at once share one token request, and each tenant has its own token", async () => {
  const [a, b] = [await newTenant(), await newTenant()];
  const calls = Array.from({ length: 20 }, (_, n) => {
    const tenant = n % 2 === 0 ? a : b;
    return cloud.m365.tenant(tenant.tenantId).readUser(tenant.victim.objectId);
  });
  const users = await Promise.all(calls);
  expect(new Set(users.map((user) => user.objectId))).toEqual(new Set([a.victim.objectId, b.victim.objectId]));
  expect(await tokenRequests(a.tenantId)).toBe(1);
  expect(await tokenRequests(b.tenantId)).toBe(1);
  expect(await cloud.violations()).toEqual([]);
});

test("each service gets a token of its own audience", async () => {
  const { tenantId, victim } = await newTenant();
  const tenant = cloud.m365.tenant(tenantId);
  await Promise.all([
    tenant.readUser(victim.objectId),
    tenant.readAuditConfig(),
    tenant.readForwarding(victim.objectId),
  ]);
  expect(await tokenRequests(tenantId)).toBe(2);
  expect(await cloud.violations()).toEqual([]);
});

test("a token that runs out in the middle of paging is replaced and no row is lost", async () => {
  const { tenantId, accounts } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind: "small-pages", size: 2 });
  const seen: string[] = [];
  for await (const page of cloud.m365.tenant(tenantId).listUsers()) {
    seen.push(...page.map((user) => user.objectId));
    if (seen.length === 2) await cloud.advance(2 * 3600);
  }
  expect(new Set(seen)).toEqual(new Set(accounts.map((account) => account.objectId)));
  expect(await tokenRequests(tenantId)).toBe(2);
});

test("a role granted later is seen after the cached tokens are thrown away", async () => {
  const { tenantId, victim } = await newTenant();
  const grant = (roles?: Record<string, string[]>) =>
    cloud.simulator.admin("POST", `/admin/tenants/${tenantId}/consent`, roles ? { roles } : {});
  await grant({ "https://graph.microsoft.com": ["Organization.Read.All"] });
  const tenant = cloud.m365.tenant(tenantId);
  await expect(tenant.readUser(victim.objectId)).rejects.toMatchObject({ faultClass: "refused" });
  await grant();
  await expect(tenant.readUser(victim.objectId)).rejects.toMatchObject({ faultClass: "refused" });
  cloud.m365.forgetTokens(tenantId);
  expect((await tenant.readUser(victim.objectId)).objectId).toBe(victim.objectId);
});

test.each([
  ["never", "needs-consent", "AADSTS700016"],
  ["removed", "needs-consent", "AADSTS7000229"],
  ["disabled", "needs-consent", "AADSTS7000112"],
])("a tenant whose consent is %s answers as %s", async (state, faultClass, code) => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.admin("POST", `/admin/tenants/${tenantId}/consent`, { state });
  await expect(cloud.m365.tenant(tenantId).readUser(victim.objectId)).rejects.toMatchObject({ faultClass, code });
});

test.each([
  [7000215, "our-fault"],
  [7000222, "our-fault"],
  [700027, "retry"],
  [650051, "retry"],
  [500014, "not-licensed"],
  [90002, "tenant-gone"],
  [53003, "refused"],
  [50196, "our-fault"],
  [90033, "retry"],
  [65001, "needs-consent"],
])("AADSTS%i is told apart as %s", async (aadsts, faultClass) => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind: "token-error", aadsts });
  await expect(cloud.m365.tenant(tenantId).readUser(victim.objectId)).rejects.toMatchObject({ faultClass });
});

test("a tenant that is gone is not taken for a lost consent", async () => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.admin("DELETE", `/admin/tenants/${tenantId}`);
  await expect(cloud.m365.tenant(tenantId).readUser(victim.objectId)).rejects.toMatchObject({
    faultClass: "tenant-gone",
  });
});

test("a claims challenge is answered once, and the call goes through", async () => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind: "cae-challenge", count: 1 });
  expect((await cloud.m365.tenant(tenantId).readUser(victim.objectId)).objectId).toBe(victim.objectId);
  expect(await tokenRequests(tenantId)).toBe(2);
});

test("a second claims challenge in a row is a failure, not a loop", async () => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind: "cae-challenge" });
  await expect(cloud.m365.tenant(tenantId).readUser(victim.objectId)).rejects.toMatchObject({ status: 401 });
  expect(await tokenRequests(tenantId)).toBe(2);
});

test("a throttled sign-in service names the time before which MSAL would only answer from memory", async () => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.fault(tenantId, {
    kind: "throttle",
    match: { pathPattern: "token$" },
    count: 1,
    retryAfter: 30,
  });
  await expect(cloud.m365.tenant(tenantId).readUser(victim.objectId)).rejects.toMatchObject({
    faultClass: "retry",
    retryAfterMs: 60_000,
  });
});

test("a certificate signs in as well as a secret", async () => {
  const { tenantId, victim } = await newTenant();
  const made = await generate([{ name: "commonName", value: "petra" }], {
    keyType: "rsa",
    keySize: 2048,
    algorithm: "sha256",
  });
  await cloud.simulator.admin("POST", "/admin/certificates", { pem: made.cert });
  const thumbprintSha256 = createHash("sha256").update(new X509Certificate(made.cert).raw).digest("hex");
  const m365 = cloud.connect({ credential: { certificate: { thumbprintSha256, privateKey: made.private } } });
  expect((await m365.tenant(tenantId).readUser(victim.objectId)).objectId).toBe(victim.objectId);
});

test("the consent page carries state, redirect and every resource's default scope", () => {
  const url = new URL(
    cloud.connect({ originMap: {} }).adminConsentUrl({
      tenant: "organizations",
      state: "s1",
      redirectUri: "https://petra.example/consent",
    }),
  );
  expect(url.origin + url.pathname).toBe("https://login.microsoftonline.com/organizations/v2.0/adminconsent");
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    state: "s1",
    redirect_uri: "https://petra.example/consent",
    scope: "https://graph.microsoft.com/.default",
  });
});
