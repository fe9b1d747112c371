import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDb, type Db } from "#db/client.ts";
import { dropAuditRows, listGone, listTombstones } from "#db/repos/evidence.ts";
import { writeAudit } from "#db/repos/order.ts";
import { createSigner, verifySignature } from "#db/signing.ts";
import { type ScopedTx, withWorkerScope } from "#db/tenancy.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories, FACTORY_NOW, type Factories } from "#db/test/factories.ts";
import { type Checkpoint, chainFault, checkpointText, type Tombstone, tombstoneText } from "#domain/evidence/chain.ts";
import { keepChains } from "./keep-chains.ts";

const signer = createSigner(new Uint8Array(32).fill(3));
const MINUTE = 60_000;
let database: TestDatabase;
let db: Db;
let make: Factories;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.urls.worker, { max: 3 });
  make = createFactories(database.superUrl);
});
afterAll(async () => {
  await db.close();
  await make.close();
  await database.close();
});

async function organization() {
  const org = await make.org();
  const tenant = await make.tenant(org.id);
  const at = { orgId: org.id, tenantId: tenant.id };
  return {
    orgId: org.id,
    inScope: <T>(fn: (tx: ScopedTx) => Promise<T>) => withWorkerScope(db, at, fn),
    incident: async () => (await make.incident(await make.account(tenant))).id,
    write: (count = 1, when = FACTORY_NOW, incidentId: string | null = null) =>
      withWorkerScope(db, at, async (tx) => {
        for (let n = 0; n < count; n++) {
          const actor = { kind: "system" as const, room: "test" };
          await writeAudit(tx, { ...at, incidentId, at: when, actor, action: "test.write" });
        }
      }),
    signed: async () =>
      (
        await make.orm.$client`select position::int, hash, at, key_id, signature from audit_checkpoints
          where org_id = ${org.id} order by position`
      ).map((row) => ({
        orgId: org.id,
        position: Number(row.position),
        hash: String(row.hash),
        at: new Date(row.at as string).toISOString(),
        keyId: String(row.key_id),
        signature: String(row.signature),
      })) as Checkpoint[],
    head: async () => {
      const [row] = await make.orm.$client`select position::int, hash from audit_chain
        where org_id = ${org.id} order by position desc limit 1`;
      return row as { position: number; hash: string } | undefined;
    },
  };
}
/** One round of the relay, so many minutes after the start. */
const keep = (minutes: number) =>
  keepChains({ db, signer, clock: { now: () => new Date(Date.parse(FACTORY_NOW) + minutes * MINUTE) } });

test("the head of a chain is signed when it is fifteen minutes older than the last signed one, and never without news [S48]", async () => {
  const it = await organization();
  await it.write(3);
  await keep(0);
  const [first] = await it.signed();
  expect(first).toMatchObject((await it.head()) ?? {});
  expect(verifySignature(signer.publicKey, checkpointText(first as Checkpoint), first?.signature ?? "")).toBe(true);
  await it.write();
  await keep(14);
  expect(await it.signed()).toHaveLength(1);
  await keep(15);
  expect((await it.signed()).map((point) => point.position)).toEqual([3, 4]);
  await keep(90);
  expect(await it.signed()).toHaveLength(2);
});

test("a thousand rows are signed at once, however little time has passed [S48]", async () => {
  const it = await organization();
  await it.write();
  await keep(200);
  await it.write(1_000);
  await keep(201);
  expect((await it.signed()).map((point) => point.position)).toEqual([1, 1_001]);
});

test("a row that found the chain busy is in it a minute later, though nobody writes another one [S48]", async () => {
  const it = await organization();
  await it.write();
  const busy = make.orm.$client;
  await busy.begin(async (holder) => {
    await holder`select pg_advisory_xact_lock(hashtext('petra.audit'), hashtext(${it.orgId}))`;
    await it.write();
  });
  const waiting = () => busy`select count(*)::int as n from audit_pending where org_id = ${it.orgId}`;
  expect((await waiting())[0]?.n).toBe(1);
  expect((await it.head())?.position).toBe(1);
  await keep(300);
  expect((await waiting())[0]?.n).toBe(0);
  expect((await it.head())?.position).toBe(2);
});

describe("retention", () => {
  const DAYS = 400;
  const retire = (minutes: number) =>
    keepChains({
      db,
      signer,
      auditDays: DAYS,
      clock: { now: () => new Date(Date.parse(FACTORY_NOW) + minutes * MINUTE) },
    });
  const OLD = "2024-03-01T00:00:00.000Z";
  const left = async (orgId: string) =>
    (await make.orm.$client`select action, at from audit where org_id = ${orgId} order by seq`).map(
      (row) => row.action,
    );
  const links = (orgId: string) =>
    make.orm.$client`select position::int, petra.utc_text(recorded_at) as recorded_at, entry_hash, previous_hash, hash,
      actor_salt from audit_chain where org_id = ${orgId} order by position`;

  test("drops what is too old, keeps the chain whole from its first link, and says so signed [S48]", async () => {
    const it = await organization();
    await it.write(3, OLD);
    await it.write(2);
    await retire(400);
    expect(await left(it.orgId)).toEqual(["test.write", "test.write", "audit.retired"]);
    const chain = await links(it.orgId);
    expect(
      chainFault(
        it.orgId,
        chain.map((row) => ({
          position: Number(row.position),
          recordedAt: String(row.recorded_at),
          entryHash: String(row.entry_hash),
          previousHash: String(row.previous_hash),
          hash: String(row.hash),
        })),
      ),
    ).toBeUndefined();
    expect(chain.map((row) => row.actor_salt === "")).toEqual([true, true, true, false, false, false]);
    const [stone] = await it.inScope((tx) => listTombstones(tx, it.orgId));
    expect(stone).toMatchObject({ from: 1, to: 3, hash: chain[2]?.hash });
    expect(verifySignature(signer.publicKey, tombstoneText(stone as Tombstone), stone?.signature ?? "")).toBe(true);
    expect(await it.inScope((tx) => listGone(tx, it.orgId, 10))).toEqual([]);
    await retire(500);
    expect(await it.inScope((tx) => listTombstones(tx, it.orgId))).toHaveLength(1);
  });

  test("stops at a row that somebody took away: what was tampered with is not tidied up [S48]", async () => {
    const it = await organization();
    await it.write(4, OLD);
    await make.orm.$client`delete from audit where seq = (select audit_seq from audit_chain
      where org_id = ${it.orgId} and position = 2)`;
    await retire(600);
    expect((await it.inScope((tx) => listTombstones(tx, it.orgId))).map(({ from, to }) => [from, to])).toEqual([
      [1, 1],
    ]);
    expect(await it.inScope((tx) => listGone(tx, it.orgId, 10))).toEqual([2]);
  });

  test("keeps the rows of an open incident, and everything after them", async () => {
    const it = await organization();
    await it.write(1, OLD);
    await it.write(1, OLD, await it.incident());
    await it.write(1, OLD);
    await retire(700);
    expect((await left(it.orgId)).filter((action) => action === "test.write")).toHaveLength(2);
  });

  test("the database itself refuses to drop what is younger than a year", async () => {
    const it = await organization();
    await it.write(1, OLD);
    const soon = new Date(Date.now() - 300 * 86_400_000).toISOString();
    await expect(it.inScope((tx) => dropAuditRows(tx, it.orgId, soon, 10))).rejects.toThrow();
    expect(await left(it.orgId)).toEqual(["test.write"]);
  });
});
