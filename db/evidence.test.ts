import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Scope } from "#domain/access/actor.ts";
import { actorHash, bodyHash, CHAIN_START, chainFault, entryHash } from "#domain/evidence/chain.ts";
import { createDb, type Db } from "./client.ts";
import {
  chainAudit,
  findHead,
  keepCheckpoint,
  listAuditRows,
  listChainOrgs,
  listCheckpoints,
  listCitedEvents,
  listGone,
  listLinks,
  loadEvidence,
} from "./repos/evidence.ts";
import { findLatency, listLatencies } from "./repos/latency.ts";
import { writeAudit } from "./repos/order.ts";
import { actions } from "./schema/incident.ts";
import { withScope, withWorkerScope } from "./tenancy.ts";
import { createTestDatabase, type TestDatabase } from "./test/database.ts";
import { createFactories, FACTORY_NOW, type Factories } from "./test/factories.ts";

const WRITERS = 16;
let database: TestDatabase;
let make: Factories;
let app: Db;
let worker: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createFactories(database.superUrl);
  app = createDb(database.urls.app, { max: 2 });
  worker = createDb(database.urls.worker, { max: WRITERS });
});
afterAll(async () => {
  await Promise.all([app.close(), worker.close(), make.close()]);
  await database.close();
});

const member = (orgId: string): Scope => ({
  kind: "member",
  orgId,
  memberId: crypto.randomUUID(),
  tenantIds: "all",
  mayViewSensitive: true,
  isReadOnly: false,
  role: "admin",
});
const ACTOR = { kind: "system" as const, room: "test" };

async function tenantOf(orgId: string) {
  const tenant = await make.tenant(orgId);
  const incident = await make.incident(await make.account(tenant));
  return { orgId, tenantId: tenant.id, incidentId: incident.id };
}
type At = Awaited<ReturnType<typeof tenantOf>>;

const write = (at: At, detail: Record<string, unknown> = {}, pause = 0) =>
  withWorkerScope(worker, at, async (tx) => {
    await writeAudit(tx, { ...at, at: FACTORY_NOW, actor: ACTOR, action: "test.write", detail });
    if (pause > 0) await tx.execute(sql`select pg_sleep(${pause})`);
  });
const chainOf = (orgId: string) =>
  withScope(app, member(orgId), async (tx) => {
    await chainAudit(tx, orgId);
    return listLinks(tx, orgId, 1, 1_000_000);
  });

describe("the audit's chain [S48]", () => {
  test("an audit row is in the chain when its transaction is over, and not when that was rolled back", async () => {
    const at = await tenantOf((await make.org()).id);
    await write(at);
    await withWorkerScope(worker, at, async (tx) => {
      await writeAudit(tx, { ...at, at: FACTORY_NOW, actor: ACTOR, action: "test.lost" });
      throw new Error("rolled back");
    }).catch(() => {});
    const [head] = await make.orm.execute(sql`select position from audit_chain where org_id = ${at.orgId}`);
    expect(head).toEqual({ position: "1" });
  });

  test("the database hashes as this code does: a row can be checked away from it, whatever text it holds", async () => {
    const at = await tenantOf((await make.org()).id);
    await write(at, { text: 'Ørsted "quoted" \\ \u202e \n 💥', number: 1.5, deep: { b: [null, true], a: {} } });
    const links = await chainOf(at.orgId);
    const [row] = await withScope(app, member(at.orgId), (tx) => listAuditRows(tx, at.incidentId));
    const entry = entryHash(actorHash(row!.actorSalt, row!.actor), bodyHash(row!.bodySalt, row!.body));
    expect(links[0]).toMatchObject({ position: 1, previousHash: CHAIN_START, entryHash: entry });
    expect(chainFault(at.orgId, links)).toBeUndefined();
    expect(JSON.parse(row!.body)).toMatchObject({ action: "test.write", at: "2026-11-20T12:00:00.000000Z" });
  });

  test("1,000 rows by sixteen writers at once, some of them slow: no gap, no fork, none left out", async () => {
    const org = await make.org();
    const tenants = [await tenantOf(org.id), await tenantOf(org.id)];
    await Promise.all(Array.from({ length: 1_000 }, (_, i) => write(tenants[i % 2]!, { i }, i % 50 === 0 ? 0.02 : 0)));
    const links = await chainOf(org.id);
    expect(links.map((link) => link.position)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(chainFault(org.id, links)).toBeUndefined();
    const [left] = await make.orm.execute(sql`select count(*)::int as n from audit_pending where org_id = ${org.id}`);
    expect(left).toEqual({ n: 0 });
    const [rows] = await make.orm.execute(
      sql`select count(distinct audit_seq)::int as n from audit_chain where org_id = ${org.id}`,
    );
    expect(rows).toEqual({ n: 1_000 });
  }, 60_000);

  test("an act does not wait while another one holds the chain", async () => {
    const at = await tenantOf((await make.org()).id);
    await write(at);
    const holder = postgres(database.superUrl, { max: 1 });
    try {
      await holder.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(hashtext('petra.audit'), hashtext(${at.orgId}))`;
        await write(at);
        const [waiting] = await tx`select count(*)::int as n from audit_pending where org_id = ${at.orgId}`;
        expect(waiting?.n).toBe(1);
      });
    } finally {
      await holder.end();
    }
    await write(at);
    const [chained] = await make.orm.execute(
      sql`select count(*)::int as n from audit_chain where org_id = ${at.orgId}`,
    );
    expect(chained).toEqual({ n: 3 });
  });

  test("each change of the action ledger leaves its image, whoever makes it", async () => {
    const at = await tenantOf((await make.org()).id);
    await withWorkerScope(worker, at, async (tx) => {
      await tx.insert(actions).values({
        ...at,
        stepId: "revoke-and-lock",
        kind: "disable-account",
        idempotencyKey: "k",
        targetId: "t",
        targetLabel: "Kim",
        state: "planned",
        before: { accountEnabled: true },
        actor: ACTOR,
        planVersion: 1,
        policyVersion: "",
        plannedAt: FACTORY_NOW,
      });
      await tx.update(actions).set({ state: "sent", sentAt: FACTORY_NOW, policyVersion: "builtin-1" });
    });
    await make.orm.execute(sql`update actions set after = '{"accountEnabled":true}' where org_id = ${at.orgId}`);
    const rows = await withScope(app, member(at.orgId), (tx) => listAuditRows(tx, at.incidentId));
    const images = rows.map((row) => JSON.parse(row.body) as { action: string; detail: Record<string, unknown> });
    expect(images.map(({ action, detail }) => [action, detail.before, detail.after, detail.policyVersion])).toEqual([
      ["ledger.sent", { accountEnabled: true }, null, "builtin-1"],
      ["ledger.sent", { accountEnabled: true }, { accountEnabled: true }, "builtin-1"],
    ]);
  });
});

describe("nobody who signs in to the database can change what was written [S48]", () => {
  const VERBS = [
    "update public.audit set action = 'x'",
    "delete from public.audit",
    "truncate public.audit",
    "insert into public.audit_chain select * from public.audit_chain",
    "update public.audit_chain set hash = 'x'",
    "delete from public.audit_chain",
    "delete from public.audit_pending",
    "update public.audit_checkpoints set hash = 'x'",
    "delete from public.audit_checkpoints",
    "alter table public.audit disable trigger append_audit",
    "set session_replication_role = replica",
    "select petra.chain_entry('11111111-1111-4111-8111-111111111111', 1)",
  ];
  test.each(["app", "worker", "auth", "operator"] as const)("as petra_%s", async (role) => {
    const client = postgres(database.urls[role], { max: 1, onnotice: () => {} });
    try {
      for (const verb of VERBS)
        await expect(client.unsafe(verb), verb).rejects.toThrow(/permission denied|must be owner/);
    } finally {
      await client.end();
    }
  });
});

test("another organization's chain, rows, evidence and figures are not there [S1] [S5]", async () => {
  const [mine, theirs] = [await tenantOf((await make.org()).id), await tenantOf((await make.org()).id)];
  await write(theirs);
  const seen = await withScope(app, member(mine.orgId), async (tx) => ({
    links: await listLinks(tx, theirs.orgId, 1, 10),
    head: await findHead(tx, theirs.orgId),
    gone: await listGone(tx, theirs.orgId, 10),
    rows: await listAuditRows(tx, theirs.incidentId),
    evidence: await loadEvidence(tx, theirs.incidentId),
    events: await listCitedEvents(tx, theirs.tenantId, ["r"], 10),
    checkpoints: await listCheckpoints(tx, theirs.orgId, 1, 10),
    latency: await findLatency(tx, theirs.incidentId),
    latencies: (await listLatencies(tx, { since: "2020-01-01T00:00:00Z" })).map((row) => row.incidentId),
    orgs: (await listChainOrgs(tx)).map((org) => org.id),
  }));
  expect(seen).toEqual({
    links: [],
    head: undefined,
    gone: [],
    rows: [],
    evidence: undefined,
    events: [],
    checkpoints: [],
    latency: undefined,
    latencies: [mine.incidentId],
    orgs: [mine.orgId],
  });
  const point = { orgId: theirs.orgId, position: 1, hash: "x", at: FACTORY_NOW, keyId: "k", signature: "s" };
  await expect(withScope(app, member(mine.orgId), (tx) => keepCheckpoint(tx, point))).rejects.toThrow();
});
