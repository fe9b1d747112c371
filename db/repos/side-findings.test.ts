import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDb, type Db } from "../client.ts";
import { failedAttacks, notables } from "../schema/ingest.ts";
import { withWorkerScope } from "../tenancy.ts";
import { createTestDatabase, type TestDatabase } from "../test/database.ts";
import { createFactories, type Factories } from "../test/factories.ts";
import { type SideFindings, writeSideFindings } from "./side-findings.ts";

let database: TestDatabase;
let make: Factories;
let worker: Db;
let owner: { orgId: string; tenantId: string };

beforeAll(async () => {
  database = await createTestDatabase();
  make = createFactories(database.superUrl);
  worker = createDb(database.urls.worker, { max: 2 });
});
beforeEach(async () => {
  const org = await make.org();
  owner = { orgId: org.id, tenantId: (await make.tenant(org.id)).id };
});
afterAll(async () => {
  await Promise.all([worker.close(), make.close()]);
  await database.close();
});

const SINCE = "2026-11-01T00:00:00.000Z";
const day = (n: number): string => `2026-11-${String(n).padStart(2, "0")}T09:00:00.000Z`;
const notable = (
  key: string,
  over: Partial<SideFindings["notables"][number]> = {},
): SideFindings["notables"][number] => ({
  ...owner,
  accountId: null,
  key,
  kind: "x",
  type: "unusual-act",
  upn: "a@client.example",
  at: day(5),
  lastAt: day(5),
  why: "w",
  innocent: ["i"],
  country: null,
  homeCountry: null,
  networkKind: null,
  network: null,
  recordIds: ["r1"],
  records: 1,
  ...over,
});
const attack = (
  key: string,
  over: Partial<SideFindings["failedAttacks"][number]> = {},
): SideFindings["failedAttacks"][number] => ({
  ...owner,
  key,
  kind: "PASSWORD_SPRAY",
  sourceIps: ["203.0.113.7"],
  countries: ["NL"],
  accounts: ["a@client.example"],
  fromAt: day(5),
  toAt: day(6),
  attempts: 4,
  recordIds: ["f1", "f2", "f3", "f4"],
  origins: [{ ip: "203.0.113.7", country: "NL", org: null, kind: "hosting", attempts: 4 }],
  targets: [{ upn: "a@client.example", attempts: 4 }],
  days: [{ day: "2026-11-05", attempts: 4 }],
  tools: [],
  ...over,
});
const write = (found: Partial<SideFindings>, window: { since?: string; isWhole?: boolean } = {}) =>
  withWorkerScope(worker, owner, (tx) =>
    writeSideFindings(
      tx,
      owner,
      { since: SINCE, isWhole: true, ...window },
      { failedAttacks: [], notables: [], ...found },
    ),
  );
const stored = async () => ({
  notables: await make.orm.select().from(notables).where(eq(notables.tenantId, owner.tenantId)),
  attacks: await make.orm.select().from(failedAttacks).where(eq(failedAttacks.tenantId, owner.tenantId)),
});

test("the same finding keeps its id over judgements and grows; what is no longer said goes", async () => {
  await write({ notables: [notable("a"), notable("b")], failedAttacks: [attack("s"), attack("t")] });
  const before = await stored();
  await write({
    notables: [notable("a", { lastAt: day(9), records: 3 })],
    failedAttacks: [attack("s", { attempts: 9, toAt: day(7) })],
  });
  const after = await stored();
  expect(after.notables).toHaveLength(1);
  expect(after.notables[0]).toMatchObject({ id: before.notables.find((row) => row.key === "a")?.id, records: 3 });
  expect(after.attacks).toHaveLength(1);
  expect(after.attacks[0]).toMatchObject({ id: before.attacks.find((row) => row.key === "s")?.id, attempts: 9 });
});

test("a judgement of some accounts alone takes nothing away from the others", async () => {
  await write({ notables: [notable("a")], failedAttacks: [attack("s")] });
  await write({ notables: [notable("b")] }, { isWhole: false });
  const after = await stored();
  expect(after.notables.map((row) => row.key).sort()).toEqual(["a", "b"]);
  expect(after.attacks).toHaveLength(1);
});

test("an attack that began before the window only grows, by what is new in it", async () => {
  await write({ failedAttacks: [attack("s")] });
  const [before] = (await stored()).attacks;
  const later = attack("s-cut", { fromAt: day(6), toAt: day(8), attempts: 4, recordIds: ["f3", "f4", "f5", "f6"] });
  await write({ failedAttacks: [later] }, { since: "2026-11-05T12:00:00.000Z" });
  const after = (await stored()).attacks;
  expect(after).toHaveLength(1);
  expect(after[0]).toMatchObject({ id: before?.id, attempts: 6 });
  expect(new Date(after[0]?.toAt ?? 0).toISOString()).toBe(day(8));
  await write({ failedAttacks: [later] }, { since: "2026-11-05T12:00:00.000Z" });
  expect((await stored()).attacks[0]?.attempts).toBe(6);
});

test("what lies before the window stays, and so does another tenant's", async () => {
  await write({ notables: [notable("old", { at: "2026-10-01T00:00:00.000Z", lastAt: "2026-10-02T00:00:00.000Z" })] });
  const other = await make.notable({ id: (await make.tenant(owner.orgId)).id, orgId: owner.orgId });
  await write({});
  expect((await stored()).notables.map((row) => row.key)).toEqual(["old"]);
  expect(await make.orm.select().from(notables).where(eq(notables.id, other.id))).toHaveLength(1);
});
