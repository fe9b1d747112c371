import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDb, type Db } from "#db/client.ts";
import { events, quarantine, rawPages, watermarks } from "#db/schema/ingest.ts";
import { accountAliases, accounts } from "#db/schema/organization.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import { type IncomingPage, storePage } from "./store-page.ts";

let database: TestDatabase;
let db: Db;
let make: ReturnType<typeof createFactories>;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.urls.worker);
  make = createFactories(database.superUrl);
});
afterAll(async () => {
  await make?.close();
  await db?.close();
  await database?.close();
});

const now = "2026-11-20T10:00:00.000Z";
const objectId = "5d3a4719-9d86-41ce-9c8e-228b087e9667";
const record = (id: string, more: object = {}) => ({
  Id: id,
  CreationTime: "2026-11-20T08:00:00",
  Operation: "UserLoggedIn",
  RecordType: 15,
  Workload: "AzureActiveDirectory",
  UserId: "vera@client.example",
  UserKey: objectId,
  UserType: 0,
  ClientIP: "203.0.113.7",
  OrganizationId: "1d3a4719-9d86-41ce-9c8e-228b087e9667",
  ...more,
});

async function tenant() {
  const org = await make.org();
  const made = await make.tenant(org.id);
  const owner = { orgId: org.id, tenantId: made.id, tenantKey: made.key };
  const put = (records: unknown[], more: Partial<IncomingPage> = {}) => {
    const page = { records, body: JSON.stringify(records), receivedAt: now, source: "Audit.X", availableAt: null };
    return storePage(db, owner, { ...page, eventSource: "ual", ...more }, () => ({}), now);
  };
  const stored = () => make.orm.select().from(events).where(eq(events.tenantId, made.id));
  return { owner, put, stored };
}

describe("storing a page", () => {
  it("puts aside a record that names another organization, and keeps the rest [S47]", async () => {
    const { owner, stored } = await tenant();
    const records = [record("own"), record("foreign", { OrganizationId: "9d3a4719-9d86-41ce-9c8e-228b087e9667" })];
    const page = { records, body: JSON.stringify(records), receivedAt: now, source: "Audit.X", availableAt: null };
    const here = { ...owner, microsoftTenantId: "1d3a4719-9d86-41ce-9c8e-228b087e9667" };
    expect(await storePage(db, here, { ...page, eventSource: "ual" }, () => ({}), now)).toMatchObject({
      inserted: 1,
      unreadable: 1,
    });
    expect((await stored()).map((row) => row.recordId)).toEqual(["own"]);
  });

  it("pages doubled, overlapped and split leave each record once [L1]", async () => {
    const { owner, put, stored } = await tenant();
    const all = ["1", "2", "3", "4"].map((id) => record(id));
    expect(await put(all)).toMatchObject({ isNew: true, read: 4, inserted: 4 });
    expect(await put(all)).toMatchObject({ isNew: false, inserted: 0 });
    expect(await put(all.slice(2))).toMatchObject({ isNew: true, inserted: 0 });
    expect(await put([all[3], record("5")])).toMatchObject({ inserted: 1 });
    expect(await stored()).toHaveLength(5);
    const pages = await make.orm.select().from(rawPages).where(eq(rawPages.tenantId, owner.tenantId));
    expect(pages).toHaveLength(3);
  });

  it("the same record with other content is a new version, not a duplicate", async () => {
    const { put, stored } = await tenant();
    await put([record("1")]);
    await put([record("1", { ClientIP: "203.0.113.8" })]);
    expect(await stored()).toHaveLength(2);
  });

  it("the page and its watermark stand or fall together [L1]", async () => {
    const { owner, put, stored } = await tenant();
    const bad = { cursor: { until: now }, lastPolledAt: "not a time" };
    await expect(put([record("1")], { watermark: bad })).rejects.toThrow();
    expect(await stored()).toHaveLength(0);
    await put([record("1")], { watermark: { cursor: { until: now }, lastPolledAt: now } });
    const [mark] = await make.orm.select().from(watermarks).where(eq(watermarks.tenantId, owner.tenantId));
    expect(mark?.cursor).toEqual({ until: now });
  });

  it("a poison record is put aside with its bytes and reason, every good one is stored [L4]", async () => {
    const { owner, put, stored } = await tenant();
    const good = Array.from({ length: 20 }, (_, n) => record(`g${n}`));
    const poison = { ...record("p"), CreationTime: "not a time" };
    const result = await put([...good.slice(0, 9), poison, "no record at all", ...good.slice(9)]);
    expect(await stored()).toHaveLength(20);
    const aside = await make.orm.select().from(quarantine).where(eq(quarantine.tenantId, owner.tenantId));
    expect(aside).toHaveLength(result.unreadable);
    expect(aside.map((q) => q.rawIndex)).toContain(9);
    expect(aside.every((q) => q.reason.length > 0 && q.body.length > 0)).toBe(true);
  });

  it("a record that only the database refuses is found among hundreds and put aside [L4]", async () => {
    const { owner, put, stored } = await tenant();
    const many = Array.from({ length: 300 }, (_, n) => record(`m${n}`));
    // Postgres' index rows end at 2.7 kB; the key of the event store holds the record's own id.
    many[177] = record(Array.from({ length: 6000 }, () => crypto.randomUUID()).join(""));
    const result = await put(many);
    expect((await stored()).map((e) => e.rawIndex)).not.toContain(177);
    expect(await stored()).toHaveLength(299);
    expect(result.unreadable).toBe(1);
    const aside = await make.orm.select().from(quarantine).where(eq(quarantine.tenantId, owner.tenantId));
    expect(aside.map((q) => q.rawIndex)).toEqual([177]);
  });

  it("names one account however it is named, and keeps the names it went by", async () => {
    const { owner, put, stored } = await tenant();
    await put([record("1", { UserKey: "" })]);
    await put([
      record("2"),
      record("3", { UserId: "Vera@Client.example" }),
      record("4", { UserKey: objectId.toUpperCase() }),
    ]);
    const found = await make.orm.select().from(accounts).where(eq(accounts.tenantId, owner.tenantId));
    expect(found).toHaveLength(1);
    expect(found[0]?.objectId).toBe(objectId);
    expect(new Set((await stored()).map((e) => e.accountKey))).toEqual(new Set([found[0]?.key]));
    const names = await make.orm
      .select()
      .from(accountAliases)
      .where(and(eq(accountAliases.tenantId, owner.tenantId), eq(accountAliases.kind, "upn")));
    expect(names.map((n) => n.value)).toEqual(["vera@client.example"]);
  });
});
