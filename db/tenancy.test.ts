import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Scope } from "#domain/access/actor.ts";
import { createDb, type Db } from "./client.ts";
import { addDataKey, findDataKey, findDataKeyOf } from "./repos/keys.ts";
import { ensureEventPartitions, listWorkerTenants, NEXT_INCIDENT_NUMBER, orgOfTenant } from "./repos/platform.ts";
import { incidents } from "./schema/incident.ts";
import { events } from "./schema/ingest.ts";
import { accounts, tenants } from "./schema/organization.ts";
import { audit } from "./schema/platform.ts";
import { withScope, withWorkerScope } from "./tenancy.ts";
import { createTestDatabase, type TestDatabase } from "./test/database.ts";
import { createFactories, FACTORY_NOW, type Factories } from "./test/factories.ts";

let database: TestDatabase;
let make: Factories;
let app: Db;
let worker: Db;
let operator: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createFactories(database.superUrl);
  app = createDb(database.urls.app, { max: 2 });
  worker = createDb(database.urls.worker, { max: 2 });
  operator = createDb(database.urls.operator, { max: 2 });
});

afterAll(async () => {
  await Promise.all([app.close(), worker.close(), operator.close(), make.close()]);
  await database.close();
});

const member = (orgId: string, values: Partial<Extract<Scope, { kind: "member" }>> = {}): Scope => ({
  kind: "member",
  orgId,
  memberId: crypto.randomUUID(),
  tenantIds: "all",
  mayViewSensitive: false,
  isReadOnly: false,
  role: "full-member",
  ...values,
});

const names = (scope: Scope, db = app) =>
  withScope(db, scope, async (tx) => (await tx.select({ name: tenants.name }).from(tenants)).map((t) => t.name).sort());
const incidentIds = (scope: Scope, db = app) =>
  withScope(db, scope, async (tx) => (await tx.select({ id: incidents.id }).from(incidents)).map((row) => row.id));

test("without a scope nothing is seen [S2]", async () => {
  const org = await make.org();
  await make.tenant(org.id);
  expect(await app.orm.select().from(tenants)).toEqual([]);
  expect(await worker.orm.select().from(tenants)).toEqual([]);
  expect(await operator.orm.select().from(tenants)).toEqual([]);
});

test("a member sees the tenants of the own organization and not the sensitive ones without the flag [S6]", async () => {
  const [a, b] = [await make.org(), await make.org()];
  await make.tenant(a.id, { name: "Plain" });
  await make.tenant(a.id, { name: "Secret", isSensitive: true });
  await make.tenant(b.id, { name: "Foreign" });
  expect(await names(member(a.id))).toEqual(["Plain"]);
  expect(await names(member(a.id, { mayViewSensitive: true }))).toEqual(["Plain", "Secret"]);
});

test("a guest sees only the tenants given to him, and no unpublished incident [S6]", async () => {
  const org = await make.org();
  const mine = await make.tenant(org.id, { name: "Mine" });
  await make.tenant(org.id, { name: "Other client" });
  const published = await make.incident(await make.account(mine));
  await make.incident(await make.account(mine), { publishedAt: null });
  const guest: Scope = {
    kind: "guest",
    orgId: org.id,
    memberId: crypto.randomUUID(),
    tenantIds: [mine.id],
    isReadOnly: false,
  };
  expect(await names(guest)).toEqual(["Mine"]);
  expect(await incidentIds(guest)).toEqual([published.id]);
  expect(await names({ ...guest, tenantIds: [] })).toEqual([]);
});

test("an unpublished incident is for members who may remediate: not for sales, billing or the read-only [R82]", async () => {
  const org = await make.org();
  const incident = await make.incident(await make.account(await make.tenant(org.id)), { publishedAt: null });
  expect(await incidentIds(member(org.id))).toEqual([incident.id]);
  expect(await incidentIds(member(org.id, { role: "sales" }))).toEqual([]);
  expect(await incidentIds(member(org.id, { role: "billing" }))).toEqual([]);
  expect(await incidentIds(member(org.id, { isReadOnly: true }))).toEqual([]);
});

test("a paused tenant's data is closed except while an incident of it is open; a removed tenant's is closed", async () => {
  const org = await make.org();
  const paused = await make.tenant(org.id, { phase: "paused" });
  const account = await make.account(paused);
  await make.incident(account, { status: "remediated" });
  const upns = () => withScope(app, member(org.id), (tx) => tx.select({ upn: accounts.upn }).from(accounts));
  expect(await upns()).toEqual([]);
  expect(await incidentIds(member(org.id))).toEqual([]);
  const open = await make.incident(account);
  expect(await upns()).toEqual([{ upn: account.upn }]);
  expect(await incidentIds(member(org.id))).toEqual([open.id]);
  const inWorker = await withWorkerScope(worker, { orgId: org.id, tenantId: paused.id }, (tx) =>
    tx.select().from(incidents),
  );
  expect(inWorker).toHaveLength(2);
  await make.orm.update(tenants).set({ phase: "removed" }).where(eq(tenants.id, paused.id));
  expect(await upns()).toEqual([]);
  expect(await incidentIds(member(org.id))).toEqual([]);
});

test("a worker reads and writes one tenant only, also inside its organization [S1]", async () => {
  const org = await make.org();
  const [one, two] = [await make.tenant(org.id), await make.tenant(org.id)];
  await make.account(two);
  const scope = { orgId: org.id, tenantId: one.id };
  const write = (tenantId: string) =>
    withWorkerScope(worker, scope, (tx) =>
      tx.insert(accounts).values({ orgId: org.id, tenantId, upn: "x@client.example", createdAt: FACTORY_NOW }),
    );
  await write(one.id);
  await expect(write(two.id)).rejects.toThrow();
  const seen = await withWorkerScope(worker, scope, (tx) => tx.select().from(accounts));
  expect(seen.map((row) => row.tenantId)).toEqual([one.id]);
});

test("the operator's width is the login role: an analyst sees all organizations, the app's role never does [S2]", async () => {
  const [a, b] = [await make.org(), await make.org()];
  const ours = [await make.tenant(a.id), await make.tenant(b.id, { isSensitive: true })].map((tenant) => tenant.name);
  const analyst: Scope = { kind: "operator", memberId: crypto.randomUUID() };
  expect(await names(analyst, operator)).toEqual(expect.arrayContaining(ours));
  await expect(names(analyst, app)).rejects.toThrow(/does not belong to the login role/);
  const forged = await app.orm.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.kind', 'operator', true)`);
    return tx.select().from(tenants);
  });
  expect(forged).toEqual([]);
});

test("audit rows cannot be changed or removed by any login role", async () => {
  const org = await make.org();
  const scope = member(org.id);
  await withScope(app, scope, (tx) =>
    tx
      .insert(audit)
      .values({ orgId: org.id, at: FACTORY_NOW, actor: { kind: "system", room: "test" }, action: "test.write" }),
  );
  for (const [db, as] of [
    [app, scope],
    [operator, { kind: "operator", memberId: crypto.randomUUID() }],
  ] as const) {
    await expect(withScope(db, as, (tx) => tx.update(audit).set({ action: "x" }))).rejects.toThrow();
    await expect(withScope(db, as, (tx) => tx.delete(audit))).rejects.toThrow();
  }
  expect(await withScope(app, scope, (tx) => tx.select({ action: audit.action }).from(audit))).toEqual([
    { action: "test.write" },
  ]);
});

test("times come back as ISO 8601 in UTC", async () => {
  const org = await make.org();
  const tenant = await make.tenant(org.id, { lastEventAt: "2026-11-20T13:30:00+01:00" });
  const [row] = await withScope(app, member(org.id), (tx) =>
    tx.select().from(tenants).where(eq(tenants.id, tenant.id)),
  );
  expect(row?.lastEventAt).toBe("2026-11-20T12:30:00.000Z");
});

test("workers find tenants, organizations and numbers through the listed functions only", async () => {
  const org = await make.org();
  const tenant = await make.tenant(org.id);
  expect((await listWorkerTenants(worker)).find((row) => row.tenantId === tenant.id)?.orgId).toBe(org.id);
  expect(await orgOfTenant(worker, tenant.id)).toBe(org.id);
  expect(await orgOfTenant(worker, crypto.randomUUID())).toBeUndefined();
  const number = () =>
    withWorkerScope(worker, { orgId: org.id, tenantId: tenant.id }, async (tx) => {
      const [row] = await tx.execute<{ n: number }>(sql`select ${NEXT_INCIDENT_NUMBER} as n`);
      return row?.n;
    });
  expect(await number()).toBe(1);
  await make.incident(await make.account(await make.tenant(org.id)), { number: 41 });
  expect(await number()).toBe(42);
  await expect(listWorkerTenants(app)).rejects.toThrow();
});

test("of two that make a tenant's data key at once both get the same one", async () => {
  const tenant = await make.tenant((await make.org()).id);
  const made = await Promise.all(
    ["k1", "k2", "k3"].map((name) =>
      addDataKey(
        worker,
        { keyId: `${name}-${tenant.id}`, tenantId: tenant.id, wrapped: new Uint8Array([1, 2]) },
        FACTORY_NOW,
      ),
    ),
  );
  expect(new Set(made.map((key) => key.keyId)).size).toBe(1);
  expect(await findDataKeyOf(app, tenant.id)).toEqual(made[0]);
  expect(Array.from((await findDataKey(operator, made[0]!.keyId))!.wrapped)).toEqual([1, 2]);
  expect(await findDataKeyOf(app, crypto.randomUUID())).toBeUndefined();
});

test("event partitions are made once for a range, and rows caught by the net move into them", async () => {
  expect(await ensureEventPartitions(worker, "2020-01-01T00:00:00Z", "2020-01-20T00:00:00Z")).toBe(4);
  expect(await ensureEventPartitions(worker, "2020-01-01T00:00:00Z", "2020-01-20T00:00:00Z")).toBe(0);
  await expect(ensureEventPartitions(worker, "1990-01-01T00:00:00Z", "2020-01-20T00:00:00Z")).rejects.toThrow();
});

test("a batch with one row of another tenant fails whole, and COPY is no way around it [S4]", async () => {
  const org = await make.org();
  const [one, two] = [await make.tenant(org.id), await make.tenant(org.id)];
  const scope = { orgId: org.id, tenantId: one.id };
  const row = (tenant: typeof one, n: number) => ({
    orgId: org.id,
    tenantId: tenant.id,
    tenantKey: tenant.key ?? 0,
    source: "ual" as const,
    recordId: `r${n}`,
    contentHash: "h",
    occurredAt: FACTORY_NOW,
    ingestedAt: FACTORY_NOW,
    category: "other" as const,
    action: "x",
    operation: "x",
    outcome: "success" as const,
    event: {} as never,
  });
  const mixed = [row(one, 1), row(one, 2), row(two, 3)];
  await expect(withWorkerScope(worker, scope, (tx) => tx.insert(events).values(mixed))).rejects.toThrow();
  await expect(
    withWorkerScope(worker, scope, (tx) =>
      tx
        .insert(events)
        .values(mixed)
        .onConflictDoUpdate({
          target: [events.tenantId, events.source, events.recordId, events.contentHash, events.occurredAt],
          set: { tenantId: two.id },
        }),
    ),
  ).rejects.toThrow();
  expect(await make.orm.select().from(events).where(eq(events.orgId, org.id))).toEqual([]);
  const [partition] = [
    ...(await make.orm.execute<{ name: string }>(
      sql`select inhrelid::regclass::text as name from pg_inherits limit 1`,
    )),
  ];
  for (const table of ["events", String(partition?.name)]) {
    const copy = worker.raw.unsafe(`copy ${table} (org_id) from stdin`).writable();
    await expect(copy.then((stream) => stream.end())).rejects.toThrow(/permission denied|row-level security/);
  }
});

test("scopes interleaved over a small pool with rollbacks and cancelled queries never mix [S3]", async () => {
  const orgs = await Promise.all([make.org(), make.org()]);
  for (const org of orgs) await make.tenant(org.id, { name: org.id });
  const shared = createDb(database.urls.app, { max: 2 });
  const found = { foreign: 0, own: 0, cut: 0 };
  const round = async (n: number) => {
    const org = orgs[n % 2]!;
    const scope = member(org.id);
    await withScope(shared, scope, async (tx) => {
      const seen = await tx.select({ orgId: tenants.orgId }).from(tenants);
      found.own += seen.filter((row) => row.orgId === org.id).length;
      found.foreign += seen.filter((row) => row.orgId !== org.id).length;
      if (n % 7 === 0) throw new Error("rolled back");
      if (n % 501 === 500) {
        await tx.execute(sql`set local statement_timeout = 1`);
        await tx.execute(sql`select pg_sleep(5)`);
      }
    }).catch(() => {
      found.cut++;
    });
    found.foreign += (await shared.orm.select({ id: tenants.id }).from(tenants)).length;
  };
  for (let n = 0; n < 10_000; n += 20) await Promise.all(Array.from({ length: 20 }, (_, i) => round(n + i)));
  await shared.close();
  expect(found.foreign).toBe(0);
  expect(found.own).toBe(10_000);
  expect(found.cut).toBeGreaterThan(1_400);
}, 60_000);
