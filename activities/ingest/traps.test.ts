import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SimulatedCloud, startSimulatedCloud } from "#activities/clients/m365/testing/simulated-cloud.ts";
import { createDb, type Db } from "#db/client.ts";
import { ensureEventPartitions } from "#db/repos/platform.ts";
import { events, rawPages, watermarks } from "#db/schema/ingest.ts";
import { accountAliases, accounts } from "#db/schema/organization.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import { refreshDirectory } from "./directory.ts";
import { newPollMemory, type PolledTenant, pollOnce } from "./poll-tenant.ts";
import { POLLED_SOURCES, type Source } from "./sources.ts";

let database: TestDatabase;
let db: Db;
let make: ReturnType<typeof createFactories>;
let cloud: SimulatedCloud;
let seed = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.urls.worker);
  make = createFactories(database.superUrl);
  cloud = await startSimulatedCloud();
  const around = (days: number) => new Date(cloud.now().getTime() + days * 86_400_000).toISOString();
  await ensureEventPartitions(db, around(-200), around(60));
});
afterAll(async () => {
  await cloud?.close();
  await make?.close();
  await db?.close();
  await database?.close();
});

const source = (id: string): Source => POLLED_SOURCES.find((s) => s.id === id) as Source;
const OFFICE = "d3590ed6-52b3-4102-aeff-aad2292ab01c";
const zoneless = (at: Date) => at.toISOString().slice(0, 19);

/** A tenant of ours that reads a tenant of the simulated cloud. */
async function connected(order: object = {}) {
  const simulated = await cloud.simulator.tenant({ story: "quiet", seed: `trap-${++seed}`, people: 6, ...order });
  const org = await make.org();
  const made = await make.tenant(org.id, { microsoftTenantId: simulated.tenantId });
  const owner: PolledTenant = {
    orgId: org.id,
    tenantId: made.id,
    tenantKey: made.key,
    microsoftTenantId: simulated.tenantId,
  };
  const clock = { now: () => cloud.now() };
  return {
    simulated,
    owner,
    /** A process that has just started: nothing remembered, all from the watermark. */
    poll: (id: string) =>
      pollOnce({ db, clock, cloud: cloud.m365, factsOf: () => ({}) }, owner, source(id), newPollMemory()),
    readDirectory: () =>
      refreshDirectory(db, cloud.m365.tenant(simulated.tenantId), owner, () => cloud.now().toISOString()),
    put: (records: { ual?: object[]; signIns?: object[] }) =>
      cloud.simulator.admin("POST", `/admin/tenants/${simulated.tenantId}/records`, records),
    stored: () => make.orm.select().from(events).where(eq(events.tenantId, made.id)),
    mark: async (id: string) =>
      (
        await make.orm
          .select()
          .from(watermarks)
          .where(and(eq(watermarks.tenantId, made.id), eq(watermarks.source, id)))
      )[0],
    people: () => make.orm.select().from(accounts).where(eq(accounts.tenantId, made.id)),
    namesOf: (accountId: string) =>
      make.orm
        .select()
        .from(accountAliases)
        .where(and(eq(accountAliases.accountId, accountId), eq(accountAliases.kind, "upn"))),
  };
}

const opened = (id: string, at: Date, who: { upn: string; puid: string }, more: object = {}) => ({
  Id: id,
  CreationTime: zoneless(at),
  Operation: "MailItemsAccessed",
  RecordType: 50,
  Workload: "Exchange",
  ResultStatus: "Succeeded",
  UserId: who.upn,
  UserKey: who.puid,
  UserType: 0,
  ClientIPAddress: "203.0.113.7",
  MailboxOwnerUPN: who.upn,
  ...more,
});

test("a page token that dies in the middle of paging loses no record: the window is read again, and the mark waits [L1]", async () => {
  const t = await connected();
  const before = cloud.now().getTime();
  await t.put({
    signIns: Array.from({ length: 9 }, (_, n) => ({
      id: `page-${seed}-${n}`,
      createdDateTime: `${zoneless(new Date(before - (n + 1) * 60_000))}Z`,
      isInteractive: true,
      signInEventTypes: ["interactiveUser"],
      ipAddress: "203.0.113.7",
      appId: OFFICE,
      userId: t.simulated.accounts[2]?.objectId,
      userPrincipalName: t.simulated.accounts[2]?.upn,
      status: { errorCode: 0 },
      resourceTenantId: t.simulated.tenantId,
    })),
  });
  await cloud.advance(3_600);
  await cloud.simulator.fault(t.owner.microsoftTenantId, { kind: "small-pages", size: 2 });
  await cloud.simulator.fault(t.owner.microsoftTenantId, { kind: "page-token-dies", seconds: 0, skip: 2, count: 1 });

  await t.poll("sign-ins");
  const first = await t.stored();
  const mine = (rows: { recordId: string }[]) => rows.filter((r) => r.recordId.startsWith(`page-${seed}-`));
  expect(first.length, "the pages before the dead token are kept").toBeGreaterThan(0);
  expect(mine(first).length).toBeLessThan(9);
  expect(await t.mark("sign-ins")).toMatchObject({ state: "late" });
  expect((await t.mark("sign-ins"))?.cursor ?? {}).not.toHaveProperty("until");

  await t.poll("sign-ins");
  expect(mine(await t.stored())).toHaveLength(9);
  expect(await t.mark("sign-ins")).toMatchObject({ state: "ok" });
});

test("an account renamed between two polls stays one account, and whoever gets the old name is somebody else", async () => {
  const t = await connected();
  const [, , old, newcomer] = t.simulated.accounts;
  if (!old || !newcomer) throw new Error("too few people");
  await t.readDirectory();
  const puid = { old: "10032001aaaaaaaa", newcomer: "10032001bbbbbbbb" };
  const read = async (records: object[]) => {
    await t.put({ ual: records });
    await cloud.advance(3_600);
    await t.poll("Audit.Exchange");
  };
  await read([opened(`r1-${seed}`, cloud.now(), { upn: old.upn, puid: puid.old })]);

  const renamed = `married.${old.upn}`;
  const rename = (userId: string, upn: string) =>
    cloud.simulator.admin("POST", `/admin/tenants/${t.simulated.tenantId}/rename`, { userId, upn });
  await rename(old.objectId, renamed);
  await read([opened(`r2-${seed}`, cloud.now(), { upn: renamed, puid: puid.old })]);
  // the old name is given away, and records of its new holder come before the directory is read again
  await rename(newcomer.objectId, old.upn);
  await read([opened(`r3-${seed}`, cloud.now(), { upn: old.upn, puid: puid.newcomer })]);
  await t.readDirectory();
  await read([opened(`r4-${seed}`, cloud.now(), { upn: old.upn, puid: puid.newcomer })]);

  const people = await t.people();
  const keyOf = (objectId: string) => people.find((p) => p.objectId === objectId)?.key;
  const rows = await t.stored();
  const by = (id: string) => rows.find((r) => r.recordId === `${id}-${seed}`)?.accountKey;
  expect(by("r1")).toBe(keyOf(old.objectId));
  expect(by("r2")).toBe(keyOf(old.objectId));
  expect([by("r3"), by("r4")]).toEqual([keyOf(newcomer.objectId), keyOf(newcomer.objectId)]);
  const now = people.find((p) => p.objectId === old.objectId);
  expect(now?.upn.toLowerCase()).toBe(renamed.toLowerCase());
  const names = await t.namesOf(now?.id ?? "");
  expect(names.find((n) => n.value === old.upn.toLowerCase())?.validTo, "the old name has an end").not.toBeNull();
  expect(names.find((n) => n.value === renamed.toLowerCase())?.validTo).toBeNull();
});

test("the same name, record id and message id in two tenants stay apart; a guest is not the person at home", async () => {
  const a = await connected();
  const b = await connected();
  const person = a.simulated.accounts[2];
  if (!person) throw new Error("too few people");
  const guestId = crypto.randomUUID();
  const message = "<same@message.example>";
  const folders = [{ Path: "\\Inbox", FolderItems: [{ InternetMessageId: message }] }];
  const same = opened(`same-${seed}`, cloud.now(), { upn: person.upn, puid: "10032001cccccccc" }, { Folders: folders });
  const signIn = (userId: string, more: object) => ({
    id: `guest-${seed}`,
    createdDateTime: `${zoneless(cloud.now())}Z`,
    isInteractive: true,
    signInEventTypes: ["interactiveUser"],
    ipAddress: "203.0.113.7",
    appId: OFFICE,
    userId,
    userPrincipalName: person.upn,
    status: { errorCode: 0 },
    ...more,
  });
  await a.put({ ual: [same], signIns: [signIn(person.objectId, { resourceTenantId: a.simulated.tenantId })] });
  // at b the same person is a guest: b's log shows the home name with an object id of b's own
  await b.put({
    ual: [same],
    signIns: [
      signIn(guestId, {
        userType: "guest",
        homeTenantId: a.simulated.tenantId,
        resourceTenantId: b.simulated.tenantId,
        crossTenantAccessType: "b2bCollaboration",
      }),
    ],
  });
  await cloud.advance(3_600);
  for (const t of [a, b]) for (const id of ["sign-ins", "Audit.Exchange"]) await t.poll(id);

  const seen = async (t: typeof a) => {
    const keyOf = new Map((await t.people()).map((p) => [p.key, p.objectId]));
    const mine = (await t.stored()).filter((r) => [`same-${seed}`, `guest-${seed}`].includes(r.recordId));
    return mine.map((r) => [r.recordId, keyOf.get(r.accountKey ?? -1)]).sort();
  };
  expect(await seen(a)).toEqual([
    [`guest-${seed}`, person.objectId],
    [`same-${seed}`, person.objectId],
  ]);
  expect(await seen(b)).toEqual([
    [`guest-${seed}`, guestId],
    [`same-${seed}`, guestId],
  ]);
  expect((await b.people()).map((p) => p.objectId)).not.toContain(person.objectId);
});

test("the directory is read whole each time, never by delta: nothing can answer 410, and nobody is missed after a gap", async () => {
  const t = await connected();
  await t.readDirectory();
  await cloud.advance(40 * 86_400);
  await cloud.simulator.fault(t.owner.microsoftTenantId, { kind: "small-pages", size: 2 });
  await cloud.simulator.fault(t.owner.microsoftTenantId, { kind: "page-token-dies", seconds: 0, skip: 1, count: 1 });
  await expect(t.readDirectory()).rejects.toMatchObject({ faultClass: "retry" });
  const count = await t.readDirectory();
  expect(count).toBe(t.simulated.accounts.length);
  const asked = await cloud.requests(t.simulated.tenantId);
  expect(asked.filter((r) => r.path.includes("/delta"))).toEqual([]);
});

test("nothing in these traps was a violation", async () => {
  expect(await cloud.violations()).toEqual([]);
});

test("a source is read no faster than its pages are stored: of a flood one page waits in memory, and none is lost [L9]", async () => {
  const it = await connected();
  const from = { upn: "ana@flood.example", puid: "10032001AAAA0001" };
  const [PAGES, RECORDS] = [40, 25];
  const seen = { asked: 0, mostAhead: 0 };
  const flood: Source = {
    ...source("Audit.General"),
    async *read() {
      for (let page = 0; page < PAGES; page++) {
        seen.asked = page + 1;
        const kept = await make.orm.select().from(rawPages).where(eq(rawPages.tenantId, it.owner.tenantId));
        seen.mostAhead = Math.max(seen.mostAhead, seen.asked - kept.length);
        const records = Array.from({ length: RECORDS }, (_, n) => opened(`flood-${page}-${n}`, cloud.now(), from));
        yield { records, body: JSON.stringify(records), receivedAt: cloud.now().toISOString() };
      }
    },
  };
  const deps = { db, clock: { now: () => cloud.now() }, cloud: cloud.m365, factsOf: () => ({}) };
  await pollOnce(deps, it.owner, flood, newPollMemory());
  expect(seen.mostAhead).toBeLessThanOrEqual(2);
  expect(await it.stored()).toHaveLength(PAGES * RECORDS);
});
