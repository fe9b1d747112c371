import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "#simulator/state/types.ts";
import { M365Fault } from "./m365.ts";
import { type SimulatedCloud, startSimulatedCloud } from "./testing/simulated-cloud.ts";

let cloud: SimulatedCloud;
let seed = 0;
beforeAll(async () => {
  cloud = await startSimulatedCloud();
});
afterAll(() => cloud.close());

const newTenant = (story = "quiet", order: Json = {}) =>
  cloud.simulator.tenant({ story, seed: `reading-${++seed}`, people: 6, ...order });
const days = (n: number) => new Date(cloud.now().getTime() - n * 86_400_000).toISOString();
const idsOf = async (pages: AsyncIterable<{ records: unknown[] }>) => {
  const ids: string[] = [];
  for await (const { records } of pages)
    ids.push(...records.map((record) => String((record as Json).id ?? (record as Json).Id)));
  return ids;
};
const faultOf = (run: Promise<unknown>): Promise<M365Fault> =>
  run.then(
    () => {
      throw new Error("no fault");
    },
    (error: unknown) => {
      if (error instanceof M365Fault) return error;
      throw error;
    },
  );

test("empty pages and small pages lose no sign-in and no user", async () => {
  const { tenantId } = await newTenant();
  const tenant = cloud.m365.tenant(tenantId);
  const window = { since: days(20), until: days(0), interactive: true };
  const all = await idsOf(tenant.signIns(window));
  expect(all.length).toBeGreaterThan(20);
  await cloud.simulator.fault(tenantId, { kind: "empty-pages" });
  await cloud.simulator.fault(tenantId, { kind: "small-pages", size: 7 });
  const paged = await idsOf(tenant.signIns(window));
  expect(paged.toSorted()).toEqual(all.toSorted());
});

test("interactive and token sign-ins are different streams and do not mix", async () => {
  const { tenantId } = await newTenant("aitm-mail-rule");
  const tenant = cloud.m365.tenant(tenantId);
  const window = { since: days(10), until: days(0) };
  const interactive = await idsOf(tenant.signIns({ ...window, interactive: true }));
  const tokens = await idsOf(tenant.signIns({ ...window, interactive: false }));
  expect(interactive.length).toBeGreaterThan(0);
  expect(tokens.length).toBeGreaterThan(0);
  expect(interactive.filter((id) => tokens.includes(id))).toEqual([]);
});

test("a tenant without Entra P1 is not licensed for sign-ins and otherwise connected", async () => {
  const { tenantId, victim } = await newTenant("quiet", { p1: false });
  const tenant = cloud.m365.tenant(tenantId);
  const signIns = idsOf(tenant.signIns({ since: days(1), until: days(0), interactive: true }));
  expect(await faultOf(signIns)).toMatchObject({ faultClass: "not-licensed" });
  expect((await tenant.readUser(victim.objectId)).objectId).toBe(victim.objectId);
  expect(await tenant.readOrganization()).toMatchObject({ hasP1: false, hasP2: false });
});

test("'Account is not provisioned' means a missing licence, not a lost consent", async () => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind: "not-provisioned", match: { pathPattern: "graph.*/users/" } });
  const fault = await faultOf(cloud.m365.tenant(tenantId).readUser(victim.objectId));
  expect(fault.faultClass).toBe("not-licensed");
});

test.each([
  [{ retryAfter: 1 }, 1000],
  [{ retryAfter: 400 }, 400_000],
  [{ retryAfter: "date" }, 2000],
  [{ retryAfter: "missing" }, undefined],
])("a 429 with Retry-After %o waits as long as asked and is not retried here [L11]", async (settings, retryAfterMs) => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.fault(tenantId, { kind: "throttle", match: { pathPattern: "/users/" }, count: 1, ...settings });
  const before = (await cloud.requests(tenantId)).length;
  const fault = await faultOf(cloud.m365.tenant(tenantId).readUser(victim.objectId));
  expect(fault).toMatchObject({ faultClass: "retry", status: 429 });
  if (retryAfterMs === undefined) expect(fault.retryAfterMs).toBeUndefined();
  else expect(Math.abs((fault.retryAfterMs ?? 0) - retryAfterMs)).toBeLessThanOrEqual(1000);
  const graphCalls = (await cloud.requests(tenantId)).slice(before).filter((r) => r.path.startsWith("graph"));
  expect(graphCalls).toHaveLength(1);
});

test.each([
  [{ kind: "error", status: 500 }, "retry"],
  [{ kind: "error", status: 502 }, "retry"],
  [{ kind: "error", status: 501, code: "NotImplemented" }, "our-fault"],
  [{ kind: "error", status: 400, code: "SomethingNobodyKnows" }, "our-fault"],
  [{ kind: "error", status: 409, code: "Directory_ConcurrencyViolation" }, "retry"],
  [{ kind: "reset" }, "retry"],
  [{ kind: "html-403" }, "refused"],
  [{ kind: "nul-403" }, "refused"],
])("an answer like %o is a fault of the class %s", async (settings, faultClass) => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.fault(tenantId, { ...settings, match: { pathPattern: "graph.*/users/" }, count: 1 });
  expect(await faultOf(cloud.m365.tenant(tenantId).readUser(victim.objectId))).toMatchObject({ faultClass });
});

test("members and enum values nobody knows change nothing", async () => {
  const { tenantId, victim } = await newTenant();
  const tenant = cloud.m365.tenant(tenantId);
  const before = await tenant.readUser(victim.objectId);
  await cloud.simulator.fault(tenantId, { kind: "unknown-members" });
  expect(await tenant.readUser(victim.objectId)).toEqual(before);
});

test("only an account that is synced now counts as synced", async () => {
  const { tenantId } = await newTenant();
  const users = cloud.simulator.simulator.world.tenants.get(tenantId)?.users ?? [];
  const values = [true, false, null] as const;
  for (const [n, value] of values.entries()) {
    const user = users[n];
    if (user) user.onPremisesSyncEnabled = value;
  }
  const tenant = cloud.m365.tenant(tenantId);
  const read = await Promise.all(users.slice(0, 3).map((user) => tenant.readUser(user.id)));
  expect(read.map((user) => user.isSynced)).toEqual([true, false, false]);
});

test("the feed starts its subscription once, reads all blobs once over windows longer than a day, and gives UTC times", async () => {
  const { tenantId } = await newTenant("aitm-mail-rule");
  const tenant = cloud.m365.tenant(tenantId);
  const read = async () => {
    const pages: { contentId: string; contentCreated: string; ids: string[] }[] = [];
    const window = { contentType: "Audit.Exchange", since: days(3), until: days(0) };
    for await (const page of tenant.activityFeed(window))
      pages.push({ ...page, ids: page.records.map((record) => String((record as Json).Id)) });
    return pages;
  };
  const first = await read();
  expect(first.length).toBeGreaterThan(0);
  expect(new Set(first.map((page) => page.contentId)).size).toBe(first.length);
  for (const { contentCreated } of first) {
    expect(contentCreated).toMatch(/Z$/);
    expect(Math.abs(Date.parse(contentCreated) - cloud.now().getTime())).toBeLessThan(4 * 86_400_000);
  }
  await cloud.simulator.fault(tenantId, { kind: "small-pages", size: 1 });
  const again = await read();
  expect(again.map((page) => page.contentId).toSorted()).toEqual(first.map((page) => page.contentId).toSorted());
  const starts = (await cloud.requests(tenantId)).filter((r) => r.path.includes("subscriptions/start"));
  expect(starts).toHaveLength(1);
});

test("a window that goes a millisecond past whole days is read, not refused", async () => {
  const { tenantId } = await newTenant("aitm-mail-rule");
  const second = Math.floor(cloud.now().getTime() / 1000) * 1000 - 86_400_000;
  const since = new Date(second - 499).toISOString();
  const until = new Date(second + 86_400_000 - 498).toISOString();
  const feed = cloud.m365.tenant(tenantId).activityFeed({ contentType: "Audit.Exchange", since, until });
  expect((await idsOf(feed)).length).toBeGreaterThan(0);
});

test("a feed that says throttled with 403 is to be tried again, and a blob that is gone leaves a hole that can be seen", async () => {
  const { tenantId } = await newTenant("aitm-mail-rule");
  const tenant = cloud.m365.tenant(tenantId);
  const window = { contentType: "Audit.Exchange", since: days(0.9), until: days(0) };
  const whole = [];
  for await (const page of tenant.activityFeed(window)) whole.push(page);
  await cloud.simulator.fault(tenantId, { kind: "feed-throttle", count: 1 });
  expect(await faultOf(idsOf(tenant.activityFeed(window)))).toMatchObject({ faultClass: "retry", code: "AF429" });
  await cloud.simulator.admin("DELETE", `/admin/tenants/${tenantId}/faults`);
  await cloud.simulator.fault(tenantId, { kind: "blob-gone", count: 1 });
  const pages = [];
  for await (const page of tenant.activityFeed(window)) pages.push(page);
  expect(whole.filter((page) => page.records.length === 0)).toEqual([]);
  expect(pages).toHaveLength(whole.length);
  expect(pages.filter((page) => page.records.length === 0)).toHaveLength(1);
});

test("an audit query falls back to beta where v1.0 is missing, and its records come from there", async () => {
  const { tenantId } = await newTenant("aitm-mail-rule");
  const tenant = cloud.m365.tenant(tenantId);
  await cloud.simulator.fault(tenantId, { kind: "audit-query-v1-missing" });
  const { queryId } = await tenant.startAuditQuery({ since: days(5), until: days(0), name: "scan" });
  expect(queryId).toMatch(/^beta\//);
  expect(await tenant.auditQueryState(queryId)).toBe("succeeded");
  expect((await idsOf(tenant.auditQueryRecords(queryId))).length).toBeGreaterThan(0);
});

test("an audit log that is switched off is told as such", async () => {
  const { tenantId } = await newTenant();
  const tenant = cloud.m365.tenant(tenantId);
  await cloud.simulator.fault(tenantId, { kind: "auditing-disabled" });
  const fault = await faultOf(tenant.startAuditQuery({ since: days(5), until: days(0), name: "scan" }));
  expect(fault.code).toBe("AuditingDisabledTenant");
  await cloud.simulator.admin("POST", `/admin/tenants/${tenantId}/settings`, { auditEnabled: false });
  expect(await tenant.readAuditConfig()).toEqual({ enabled: false });
});

test("a mailbox that is closed to us becomes a blind spot, one that does not exist none, and neither ends the inventory", async () => {
  const { tenantId, accounts, victim } = await newTenant("aitm-mail-rule");
  const others = accounts.filter((account) => account.objectId !== victim.objectId && account.role === "employee");
  await cloud.simulator.fault(tenantId, { kind: "mailbox-denied", userId: others[0]?.objectId });
  await cloud.simulator.fault(tenantId, { kind: "mailbox-not-enabled", userId: others[1]?.objectId });
  const { items, blind } = await cloud.m365.tenant(tenantId).inventory({ mailboxes: "all" });
  expect(items.filter((item) => item.kind === "inbox-rule" && item.mailbox?.objectId === victim.objectId)).toHaveLength(
    1,
  );
  expect(blind).toEqual([expect.stringContaining(`Mailbox ${others[0]?.upn}`)]);
});

test("hidden rules are seen, system rules are not", async () => {
  const { tenantId, victim } = await newTenant("aitm-mail-rule");
  const mailbox = cloud.simulator.simulator.world.tenants
    .get(tenantId)
    ?.users.find((user) => user.id === victim.objectId)?.mailbox;
  const people = (mailbox?.rules ?? []).filter((rule) => rule.name !== "Junk E-mail Rule");
  for (const rule of people) rule.hidden = true;
  const tenant = cloud.m365.tenant(tenantId);
  const { items } = await tenant.inventory({ mailboxes: [victim.objectId] });
  const rules = items.filter((item) => item.kind === "inbox-rule");
  expect(people.length).toBeGreaterThan(0);
  expect(rules.map((rule) => rule.name).toSorted()).toEqual(people.map((rule) => rule.name).toSorted());
  expect(rules.every((rule) => rule.detail.isHidden === "true")).toBe(true);
  const ruleId = String(rules[0]?.objectId);
  expect(await tenant.readInboxRule(victim.objectId, ruleId)).toMatchObject({ isEnabled: true });
  expect(await tenant.deleteInboxRule(victim.objectId, ruleId)).toMatchObject({ kind: "accepted" });
  expect(await tenant.readInboxRule(victim.objectId, ruleId)).toBeNull();
});

test("Exchange's pages are followed by posting again, and lose no rule, forwarding or connector", async () => {
  const { tenantId } = await newTenant("spray-forward-connector");
  const tenant = cloud.m365.tenant(tenantId);
  const whole = await tenant.inventory({ mailboxes: "all" });
  const keys = (items: typeof whole.items) =>
    items.map((item) => `${item.kind} ${item.objectId} ${item.name}`).toSorted();
  expect(whole.items.map((item) => item.kind)).toEqual(
    expect.arrayContaining(["mailbox-forwarding", "inbound-connector"]),
  );
  await cloud.simulator.fault(tenantId, { kind: "small-pages", size: 1 });
  expect(keys((await tenant.inventory({ mailboxes: "all" })).items)).toEqual(keys(whole.items));
  const posted = (await cloud.requests(tenantId)).filter((one) => /InvokeCommand\?.*skiptoken/i.test(one.path));
  expect(posted.length).toBeGreaterThan(0);
  expect(new Set(posted.map((one) => one.method))).toEqual(new Set(["POST"]));
});

test("without the Exchange role forwarding is a blind spot that names the role", async () => {
  const { tenantId, victim } = await newTenant();
  await cloud.simulator.admin("POST", `/admin/tenants/${tenantId}/consent`, { directoryRoles: false });
  cloud.m365.forgetTokens(tenantId);
  const { blind } = await cloud.m365.tenant(tenantId).inventory({ mailboxes: [victim.objectId] });
  expect(blind.find((part) => part.startsWith("Forwarding"))).toContain("Exchange Administrator");
});

test("a mailbox's kind is read without mistaking a missing one for a fault", async () => {
  const { tenantId, victim, accounts } = await newTenant();
  const tenant = cloud.m365.tenant(tenantId);
  expect(await tenant.readMailboxKind(victim.objectId)).toBe("user");
  const shared = accounts.find((account) => account.role.includes("shared"));
  if (shared) expect(await tenant.readMailboxKind(shared.objectId)).toBe("shared");
  await cloud.simulator.fault(tenantId, { kind: "mailbox-not-enabled", userId: victim.objectId });
  expect(await tenant.readMailboxKind(victim.objectId)).toBe("none");
});

test("a partner's customers come with the relationship that gives access", async () => {
  const [a, b] = [await newTenant(), await newTenant()];
  const partner = (await cloud.simulator.admin("POST", "/admin/partner", { tenants: [a.tenantId, b.tenantId] })) as {
    tenantId: string;
  };
  const customers = await cloud.m365.listPartnerCustomers(partner.tenantId);
  expect(new Set(customers.map((customer) => customer.microsoftTenantId))).toEqual(new Set([a.tenantId, b.tenantId]));
  for (const customer of customers) expect(customer).toMatchObject({ gdapActive: true, gdapUntil: expect.any(String) });
});

test("nothing in reading was a violation", async () => {
  expect(await cloud.violations()).toEqual([]);
});
