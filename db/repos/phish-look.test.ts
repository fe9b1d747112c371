import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDb, type Db } from "../client.ts";
import { commands, incidents, phishMessages } from "../schema/incident.ts";
import { phishes } from "../schema/phish.ts";
import { audit } from "../schema/platform.ts";
import { createTestDatabase, type TestDatabase } from "../test/database.ts";
import { createFactories, type Factories } from "../test/factories.ts";
import { lookForTaggedPhish } from "./platform.ts";

const NOW = "2026-11-20T03:00:00.000Z";
const ago = (days: number): string => new Date(Date.parse(NOW) - days * 86_400_000).toISOString();

let database: TestDatabase;
let make: Factories;
let worker: Db;
let org: Awaited<ReturnType<Factories["org"]>>;
beforeAll(async () => {
  database = await createTestDatabase();
  make = createFactories(database.superUrl);
  worker = createDb(database.urls.worker, { max: 3 });
});
beforeEach(async () => {
  await make.orm.delete(phishMessages);
  await make.orm.delete(commands);
  await make.orm.update(incidents).set({ lockAcceptedAt: null });
  org = await make.org();
});
afterAll(async () => {
  await Promise.all([worker.close(), make.close()]);
  await database.close();
});

type TenantValues = Parameters<Factories["tenant"]>[1];
const tenant = (values: TenantValues = {}) =>
  make.tenant(org.id, { phase: "active", microsoftTenantId: crypto.randomUUID(), ...values });

async function tag(home: { id: string; orgId: string }, values: Partial<typeof phishMessages.$inferInsert> = {}) {
  const account = await make.account(home as Awaited<ReturnType<typeof tenant>>);
  const incident = await make.incident(account);
  await make.orm.insert(phishMessages).values({
    orgId: home.orgId,
    tenantId: home.id,
    incidentId: incident.id,
    internetMessageId: `<${crypto.randomUUID()}@sender.example>`,
    subject: crypto.randomUUID(),
    sender: "billing@sender.example",
    direction: "received",
    taggedBy: { kind: "system", room: "remediate" },
    taggedAt: ago(0.01),
    ...values,
  });
}
const looks = async () =>
  (await make.orm.select().from(commands)).filter((row) => row.orgId === org.id && row.kind === "find-phish");
const settle = () => make.orm.update(commands).set({ state: "done" }).where(eq(commands.orgId, org.id));

test("a tagged phish is looked for in every connected tenant of its organization, once, and nothing is moved [R90]", async () => {
  const [home, other, paused] = [await tenant(), await tenant(), await tenant({ phase: "paused" })];
  const stranger = await make.tenant((await make.org()).id, {
    phase: "active",
    microsoftTenantId: crypto.randomUUID(),
  });
  await tag(home);
  expect(await lookForTaggedPhish(worker, NOW)).toBe(1);
  const placed = await looks();
  expect(placed.map((row) => row.tenantId).sort()).toEqual([home.id, other.id].sort());
  expect(placed.map((row) => row.tenantId)).not.toContain(paused.id);
  expect(placed.map((row) => row.tenantId)).not.toContain(stranger.id);
  expect(placed.every((row) => row.state === "sent" && row.actor.kind === "system")).toBe(true);
  const [kept] = await make.orm.select().from(phishes).where(eq(phishes.orgId, org.id));
  expect(kept).toMatchObject({ tenantId: home.id, fingerprintState: "asked" });
  const noted = await make.orm.select().from(audit).where(eq(audit.orgId, org.id));
  expect(noted.map((row) => [row.action, row.object])).toContainEqual(["phish.look", kept?.id]);
  await settle();
  expect(await lookForTaggedPhish(worker, NOW)).toBe(0);
});

test("a campaign is looked for one mail at a time, and the same sender and subject once [R90]", async () => {
  const [home] = [await tenant(), await tenant()];
  await tag(home, { subject: "Invoice" });
  await tag(home, { subject: "Invoice" });
  await tag(home, { subject: "Payroll" });
  expect(await lookForTaggedPhish(worker, NOW)).toBe(1);
  expect(await lookForTaggedPhish(worker, NOW)).toBe(0);
  await settle();
  expect(await lookForTaggedPhish(worker, NOW)).toBe(1);
  await settle();
  expect(await lookForTaggedPhish(worker, NOW)).toBe(0);
});

test("nothing is looked for with one tenant, for a tag taken back, an old one or a drill", async () => {
  const home = await tenant();
  await tag(home);
  expect(await lookForTaggedPhish(worker, NOW)).toBe(0);
  await make.orm.delete(phishMessages);
  await tenant();
  await tag(home, { untaggedAt: ago(0) });
  await tag(home, { taggedAt: ago(8) });
  await tag(await tenant({ isDrill: true }));
  expect(await lookForTaggedPhish(worker, NOW)).toBe(0);
});

test("while accounts are being locked nothing is looked for, ten seconds later it is [L10]", async () => {
  const [home] = [await tenant(), await tenant()];
  await tag(home);
  await make.orm.update(incidents).set({ lockAcceptedAt: NOW }).where(eq(incidents.tenantId, home.id));
  expect(await lookForTaggedPhish(worker, NOW)).toBe(0);
  expect(await lookForTaggedPhish(worker, new Date(Date.parse(NOW) + 11_000).toISOString())).toBe(1);
});

test("two relays at once place one search", async () => {
  const [home] = [await tenant(), await tenant()];
  await tag(home);
  await Promise.all([1, 2, 3].map(() => lookForTaggedPhish(worker, NOW)));
  expect(await looks()).toHaveLength(2);
});
