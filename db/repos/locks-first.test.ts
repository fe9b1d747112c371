import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDb, type Db } from "../client.ts";
import { incidentSteps, incidents } from "../schema/incident.ts";
import { withWorkerScope } from "../tenancy.ts";
import { createTestDatabase, type TestDatabase } from "../test/database.ts";
import { createFactories, type Factories } from "../test/factories.ts";
import { givesWayToLocks } from "./remediate.ts";

let database: TestDatabase;
let make: Factories;
let worker: Db;
let own: Made;
let other: Made;
const NOW = "2026-11-20T03:00:00.000Z";
const ago = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

async function made() {
  const org = await make.org();
  const tenant = await make.tenant(org.id, { responseEnabled: true });
  const incident = await make.incident(await make.account(tenant), { responseActs: true, publishedAt: ago(20) });
  return { orgId: org.id, tenantId: tenant.id, incidentId: incident.id };
}
type Made = Awaited<ReturnType<typeof made>>;
const set = (at: Made, values: Partial<typeof incidents.$inferInsert>) =>
  make.orm.update(incidents).set(values).where(eq(incidents.id, at.incidentId));
const waits = () => withWorkerScope(worker, own, (tx) => givesWayToLocks(tx, own.incidentId, NOW));

beforeAll(async () => {
  database = await createTestDatabase();
  make = createFactories(database.superUrl);
  worker = createDb(database.urls.worker, { max: 2 });
});
beforeEach(async () => {
  await make.orm.update(incidents).set({ detectedAt: ago(4000), lockAcceptedAt: ago(4000) });
  [own, other] = [await made(), await made()];
  await set(own, { detectedAt: ago(5), lockAcceptedAt: ago(4) });
  await set(other, { detectedAt: ago(4000), lockAcceptedAt: ago(4000) });
});
afterAll(async () => {
  await Promise.all([worker.close(), make.close()]);
  await database.close();
});

test("an incident alone waits for nobody, its own lock included", async () => {
  await set(own, { lockAcceptedAt: ago(0) });
  expect(await waits()).toBe(false);
});

test("it waits while an account of another organization waits for its lock, and two seconds after it", async () => {
  await set(other, { detectedAt: ago(3), lockAcceptedAt: null });
  expect(await waits()).toBe(true);
  await set(other, { lockAcceptedAt: ago(1) });
  expect(await waits()).toBe(true);
  await set(other, { lockAcceptedAt: ago(3) });
  expect(await waits()).toBe(false);
});

test("it does not wait for a lock that waits for a person, was refused, or hangs", async () => {
  await set(other, { detectedAt: ago(3), lockAcceptedAt: null });
  const step = (values: Partial<typeof incidentSteps.$inferInsert>) =>
    make.orm.update(incidentSteps).set(values).where(eq(incidentSteps.incidentId, other.incidentId));
  await step({ authority: "ask" });
  expect(await waits()).toBe(false);
  await step({ authority: "auto", state: "refused" });
  expect(await waits()).toBe(false);
  await step({ state: "running" });
  expect(await waits()).toBe(true);
  await set(other, { detectedAt: ago(31) });
  expect(await waits()).toBe(false);
});

test("it waits no longer than three minutes after its own lock", async () => {
  await set(other, { detectedAt: ago(3), lockAcceptedAt: null });
  await set(own, { lockAcceptedAt: ago(179) });
  expect(await waits()).toBe(true);
  await set(own, { lockAcceptedAt: ago(181) });
  expect(await waits()).toBe(false);
});
