import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SecondBook } from "#domain/view/second-book.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { type Effect, stepOf, type Truth } from "./truth.ts";

const MINUTE = 60_000;
let house: House;
let admin: Person;
let analyst: Person;
let cloud: CloudTenant;
let tenantId: string;

const book = async (who: Person = admin): Promise<SecondBook> =>
  (await house.ask<SecondBook>(`/api/tenants/${tenantId}/second-book`, { as: who })).body;
const acts = () =>
  house.sql<{ operation: string; verdict: string }[]>`select operation, verdict from recorded_acts
    where tenant_id = ${tenantId} order by occurred_at`;

beforeAll(async () => {
  house = await openHouse();
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), house.simulator.caPem]);
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  await house.factories.notificationMethod(org.id, { address: "oncall@northgate.example" });
  admin = await house.person(org.id, { role: "admin" });
  analyst = await house.person(null, { role: "analyst" });
  cloud = await house.cloudTenant("aitm-mail-rule", 21);
  tenantId = await house.onboard(admin, cloud, { responseEnabled: true });
}, 240_000);
afterAll(() => house?.close());

/** As somebody who holds the key of Petra's application would: a token of his own, past Petra. */
async function actWithPetrasKey(objectId: string): Promise<void> {
  const { cloudUrl } = house.simulator;
  const answer = await fetch(`${cloudUrl}/login.microsoftonline.com/${cloud.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: house.secrets.m365ClientId,
      client_secret: house.secrets.m365ClientSecret,
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  const { access_token } = (await answer.json()) as { access_token: string };
  const done = await fetch(`${cloudUrl}/graph.microsoft.com/v1.0/users/${objectId}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
    body: JSON.stringify({ accountEnabled: false }),
  });
  expect(done.status).toBe(204);
}

test("what Petra does is found in Microsoft's book beside its own row, and raises nothing [S49]", async () => {
  await house.attack(cloud.tenantId);
  const [card] = await until("the incident", async () => {
    const list = await house.incidents(admin, tenantId);
    return list.length > 0 && list;
  });
  await until("step 1 verified", async () => {
    const seen = await house.incident(admin, card?.id ?? "");
    return stepOf(seen, "revoke-and-lock").state === "verified";
  });
  await until("its acts in Microsoft's book", async () => {
    await house.moveClocks(5 * MINUTE, [tenantId]);
    const operations = (await acts()).map((row) => row.operation);
    return ["Disable account", "Update StsRefreshTokenValidFrom Timestamp"].every((wanted) =>
      operations.some((operation) => operation.startsWith(wanted)),
    );
  });
  expect((await acts()).filter((row) => row.verdict !== "ours")).toEqual([]);
  expect((await book()).outside).toEqual([]);
});

test("an act with Petra's own key that Petra did not order is told to the organization and to the operator [S49]", async () => {
  const { users } = await house.truth<Truth>(`/truth/tenants/${cloud.tenantId}`);
  const other = users.find((user) => user.objectId !== cloud.victim?.objectId && user.accountEnabled);
  if (!other) throw new Error("nobody else works there");
  await actWithPetrasKey(other.objectId);
  const [found] = await until("the act", async () => {
    await house.moveClocks(5 * MINUTE, [tenantId]);
    const { outside } = await book();
    return outside.length > 0 && outside;
  });
  expect(found).toMatchObject({ operation: expect.stringMatching(/^Disable account/), explainedReason: null });
  expect(found?.target.toLowerCase()).toBe(other.upn.toLowerCase());
  const told = await until("both are told", () => {
    const mails = house.mail.messages.filter((mail) => mail.subject === "Petra: its application acted without Petra");
    return Promise.resolve(mails.length >= 2 && mails);
  });
  const to = told.flatMap((mail) => mail.to?.map((one) => one.address) ?? []);
  expect(to.sort()).toEqual([analyst.email, "oncall@northgate.example"].sort());
  const effects = (await house.truth<{ effects: Effect[] }>(`/truth/effects?tenantId=${cloud.tenantId}`)).effects;
  expect(effects.some((effect) => effect.path.includes(other.objectId))).toBe(true);
});

test("it is raised once, and stays with a person's word for it", async () => {
  const [found] = (await book()).outside;
  const explain = (actKey: string) =>
    house.ask(`/api/tenants/${tenantId}/second-book/explain`, {
      as: analyst,
      method: "POST",
      body: { actKey, reason: "A colleague tested the key" },
    });
  expect((await explain(found?.actKey ?? "")).status).toBe(204);
  expect((await explain(found?.actKey ?? "")).status).toBe(409);
  expect((await book()).outside).toMatchObject([{ explainedReason: "A colleague tested the key" }]);
  const raised = await house.sql`select count(*)::int as n from audit
    where tenant_id = ${tenantId} and action = 'second-book.outside'`;
  expect(raised[0]?.n).toBe(1);
});

test("an accepted write that Microsoft's book does not show in a day is unconfirmed [S49]", async () => {
  expect((await book()).unconfirmed).toEqual([]);
  const [write] = await house.sql<{ action_id: string }[]>`select action_id from recorded_acts
    where tenant_id = ${tenantId} and verdict = 'ours' and operation like 'Disable account%' limit 1`;
  await house.moveClocks(25 * 60 * MINUTE, [tenantId]);
  // As if Microsoft had never shown them.
  await house.sql`update recorded_acts set action_id = null where action_id = ${write?.action_id ?? null}`;
  const { unconfirmed } = await book();
  expect(unconfirmed.map((row) => row.actionId)).toContain(write?.action_id);
});
