import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PolicyOverride } from "#domain/policy/document.ts";
import { type Opened, openRig, type Rig } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
}, 120_000);
afterAll(() => rig?.close());

const BY = JSON.stringify({ kind: "analyst", memberId: randomUUID(), name: "Noor Vasquez" });
let version = 0;
const say = (it: Opened, document: PolicyOverride) =>
  it.sql(`insert into policies (org_id, tenant_id, version, document, by, reason, created_at) values ('${it.org.id}',
    '${it.tenant.id}', ${++version}, '${JSON.stringify(document)}'::jsonb, '${BY}'::jsonb, 'test', now())`);
const turn = (it: Opened, isOn: boolean) =>
  it.sql(`insert into kill_switches (org_id, is_on, by, at) values ('${it.org.id}', ${isOn}, '${BY}'::jsonb, now())
    on conflict (org_id, tenant_id) do update set is_on = ${isOn}`);
const decisionOf = async (it: Opened) =>
  (
    await it.sql(`select state, authority, decision from incident_steps where incident_id = '${it.incident.id}'
    and step_id = 'revoke-and-lock'`)
  )[0] as { state: string; authority: string; decision: Record<string, unknown> };
const passMinutes = (minutes: number) => rig.cloud.advance(minutes * 60);

test("what was planned as automatic is asked again at the write: kill switch, shadow mode and a stricter policy each send nothing [S43] [S46]", async () => {
  const stops: [string, (it: Opened) => Promise<unknown>, string][] = [
    ["kill switch", (it) => turn(it, true), "awaiting-approval"],
    ["shadow", (it) => say(it, { mode: "shadow" }), "waiting"],
    [
      "never",
      (it) => say(it, { steps: { "revoke-and-lock": { answers: { ordinary: "never", admin: "never" } } } }),
      "waiting",
    ],
    [
      "two",
      (it) => say(it, { steps: { "revoke-and-lock": { answers: { ordinary: "two", admin: "two" } } } }),
      "awaiting-approval",
    ],
  ];
  for (const [name, stop, state] of stops) {
    const it = await rig.openIncident();
    await rig.activities.planRemediation(it.at);
    expect((await decisionOf(it)).authority, name).toBe("auto");
    await stop(it);
    expect(await rig.activities.lockAccount(it.byResponse), name).toMatchObject({ state });
    expect(await it.effects(), name).toEqual([]);
    const { authority, decision } = await decisionOf(it);
    expect(authority, name).not.toBe("auto");
    expect(decision.policyVersion, name).toMatch(/^2026-11-21/);
  }
});

test("with the kill switch on a lock that synchronisation opened is not re-asserted; off, it is [S46]", async () => {
  const it = await rig.openIncident({ story: "spray-forward-connector", tenant: { capabilities: [] } });
  const look = async () => {
    await rig.cloud.advance(120);
    return rig.activities.verifyLock(it.at);
  };
  await rig.activities.planRemediation(it.at);
  await rig.activities.lockAccount(it.byResponse);
  await look();
  await it.sync();
  await turn(it, true);
  const held = await it.effects();
  await look();
  expect((await it.victim()).accountEnabled).toBe(true);
  expect(await it.effects()).toEqual(held);
  expect((await it.stored()).not_contained).toBe(true);
  await turn(it, false);
  await look();
  expect((await it.victim()).accountEnabled).toBe(false);
});

test("an approval passes the gate only with a second person's word [D19]", async () => {
  const it = await rig.openIncident();
  await say(it, { steps: { "revoke-and-lock": { answers: { ordinary: "two", admin: "two" } } } });
  await rig.activities.planRemediation(it.at);
  const order = await it.order({ kind: "approve", step: "revoke-and-lock" });
  const agree = (memberId: string) =>
    it.sql(`insert into approvals (org_id, tenant_id, incident_id, step_id, plan_version, member_id, by, command_id, at) values
      ('${it.org.id}', '${it.tenant.id}', '${it.incident.id}', 'revoke-and-lock', 1, '${memberId}', '${BY}'::jsonb,
      '${randomUUID()}', '${rig.cloud.now().toISOString()}')`);
  const first = randomUUID();
  await agree(first);
  await agree(first);
  expect(await rig.activities.lockAccount(order)).toMatchObject({ state: "awaiting-approval" });
  expect(await it.effects()).toEqual([]);
  await agree(randomUUID());
  expect(await rig.activities.lockAccount(order)).toMatchObject({ state: "accepted" });
});

test("twenty workers at once never pass the cap by one [S45]", async () => {
  const it = await rig.openIncident();
  const others = await it.sql(
    `select * from accounts where tenant_id = '${it.tenant.id}' and id <> '${it.account.id}' order by upn limit 20`,
  );
  const [counted] = await it.sql(`select count(*)::int as n from accounts where tenant_id = '${it.tenant.id}'`);
  const cap = Math.max(3, Math.ceil(Number(counted?.n) / 20));
  const before = (await it.truth()).users.filter((user) => user.accountEnabled).map((user) => user.objectId);
  const places = [];
  for (const row of others) {
    const account = { id: String(row.id), orgId: it.org.id, tenantId: it.tenant.id };
    const incident = await rig.made.incident(account as never, {
      responseActs: true,
      occurredAt: it.incident.occurredAt,
    });
    const at = { tenantId: it.tenant.id, incidentId: incident.id };
    await rig.activities.planRemediation(at);
    places.push({ ...at, by: it.byResponse.by });
  }
  const outcomes = await Promise.all(places.map((place) => rig.activities.lockAccount(place)));
  expect(places.length).toBeGreaterThan(cap);
  expect(outcomes.filter((one) => one.state === "awaiting-approval").length).toBeGreaterThan(0);
  const { users } = await it.truth();
  expect(users.filter((user) => before.includes(user.objectId) && !user.accountEnabled)).toHaveLength(cap);
});

test("twenty workers in many tenants and organizations never pass the caps of an organization and of all by one, and people are paged once [S45]", async () => {
  const first = await rig.openIncident();
  const [second, elsewhere] = [await rig.openIncident({ org: first.org }), await rig.openIncident()];
  await first.sql(`insert into notification_methods (org_id, kind, address, created_at) values
    ('${first.org.id}', 'email', 'night@msp.example', now())`);
  const since = new Date(rig.cloud.now().getTime() - 3_600_000).toISOString();
  const count = async (where: string) => {
    const [row] = await first.sql(`select count(*)::int as n from actions where kind = 'disable-account'
      and actor ->> 'kind' = 'response' and sent_at > '${since}' and ${where}`);
    return Number(row?.n);
  };
  const already = await count("true");
  const caps = { tenantAtLeast: 50, tenantShare: 0.05, org: 6, installation: already + 10 };
  const activities = rig.activitiesWith({ lockCaps: caps });
  const places: Parameters<typeof activities.lockAccount>[0][] = [];
  for (const [it, orgId] of [
    [first, first.org.id],
    [second, first.org.id],
    [elsewhere, elsewhere.org.id],
  ] as const) {
    // Who is shut already or must not be shut by itself takes nothing of a cap.
    const able = (await it.truth()).users.filter((user) => user.accountEnabled && user.roles.length === 0);
    const rows = await it.sql(
      `select * from accounts where tenant_id = '${it.tenant.id}' and id <> '${it.account.id}'
        and object_id = any('{${able.map((user) => user.objectId).join(",")}}') order by upn limit 7`,
    );
    for (const row of rows) {
      const account = { id: String(row.id), orgId, tenantId: it.tenant.id };
      const incident = await rig.made.incident(account as never, {
        responseActs: true,
        occurredAt: it.incident.occurredAt,
      });
      const at = { tenantId: it.tenant.id, incidentId: incident.id };
      await activities.planRemediation(at);
      places.push({ ...at, by: it.byResponse.by });
    }
  }
  expect(places).toHaveLength(21);
  const lockAll = async (some: typeof places) => {
    const outcomes = await Promise.all(some.map((place) => activities.lockAccount(place)));
    return outcomes.filter((one) => one.state === "awaiting-approval").length;
  };
  expect(await lockAll(places.slice(0, 14))).toBe(8);
  expect(await count(`org_id = '${first.org.id}'`)).toBe(6);
  const pages = await first.sql(
    `select recipient, text from outbox where key like 'over-cap:%' and org_id = '${first.org.id}'`,
  );
  expect(pages).toMatchObject([{ recipient: "night@msp.example", text: expect.stringContaining("a person decides") }]);
  expect(await lockAll(places.slice(14))).toBe(3);
  expect(await count("true")).toBe(already + 10);
});

test("the operator's stop holds at once whatever the database says, and a person's order still works [S46]", async () => {
  const it = await rig.openIncident();
  let isStopped = true;
  const activities = rig.activitiesWith({ isStopped: () => isStopped });
  await activities.planRemediation(it.at);
  expect(await activities.lockAccount(it.byResponse)).toMatchObject({ state: "awaiting-approval" });
  expect(await it.effects()).toEqual([]);
  isStopped = false;
  const other = await rig.openIncident();
  await activities.planRemediation(other.at);
  isStopped = true;
  expect(await activities.lockAccount(await other.order({ kind: "run-step", step: "revoke-and-lock" }))).toMatchObject({
    state: "accepted",
  });
});

test("a tenant's own switch stops that tenant and no other [S46]", async () => {
  const [stopped, free] = [await rig.openIncident(), await rig.openIncident()];
  await stopped.sql(`insert into kill_switches (org_id, tenant_id, is_on, by, at) values ('${stopped.org.id}',
    '${stopped.tenant.id}', true, '${BY}'::jsonb, now())`);
  for (const it of [stopped, free]) await rig.activities.planRemediation(it.at);
  expect(await rig.activities.lockAccount(stopped.byResponse)).toMatchObject({ state: "awaiting-approval" });
  expect(await rig.activities.lockAccount(free.byResponse)).toMatchObject({ state: "accepted" });
  expect(await stopped.effects()).toEqual([]);
});

test("a question whose time is over goes to the MSP once, or is given up, as the policy says", async () => {
  const ask = { "revoke-and-lock": { answers: { ordinary: "ask" as const, admin: "ask" as const } } };
  const passed = await rig.openIncident();
  await passed.sql(`insert into notification_methods (org_id, kind, address, created_at) values
    ('${passed.org.id}', 'email', 'desk@msp.example', now())`);
  await say(passed, { steps: ask, approval: { minutes: 10, otherwise: "ask-another" } });
  const left = await rig.openIncident();
  await say(left, { steps: ask, approval: { minutes: 10, otherwise: "give-up" } });
  for (const it of [passed, left]) {
    await rig.activities.planRemediation(it.at);
    expect((await decisionOf(it)).state).toBe("awaiting-approval");
  }
  await passMinutes(11);
  await rig.activities.runWatches({ limit: 200 });
  await rig.activities.planRemediation(passed.at);
  expect(await decisionOf(passed)).toMatchObject({
    state: "awaiting-approval",
    decision: { escalatedAt: expect.any(String) },
  });
  const mails = await passed.sql(`select recipient, text from outbox where incident_id = '${passed.incident.id}'`);
  expect(mails).toMatchObject([{ recipient: "desk@msp.example", text: expect.stringMatching(/Nobody has answered/) }]);
  expect(await decisionOf(left)).toMatchObject({
    state: "waiting",
    authority: "never",
    decision: { cause: "gave-up" },
  });
  expect([...(await passed.effects()), ...(await left.effects())]).toEqual([]);
});

test("no write went out that the simulated cloud counts as a violation", async () => {
  expect(await rig.cloud.violations()).toEqual([]);
});
