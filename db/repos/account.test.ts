import { eq } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDb, type Db } from "../client.ts";
import { accountAliases, accounts } from "../schema/organization.ts";
import { withWorkerScope } from "../tenancy.ts";
import { createTestDatabase, type TestDatabase } from "../test/database.ts";
import { createFactories } from "../test/factories.ts";
import { type AccountMention, resolveAccounts } from "./account.ts";

let database: TestDatabase;
let db: Db;
let make: ReturnType<typeof createFactories>;
let orgId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.urls.worker);
  make = createFactories(database.superUrl);
  orgId = (await make.org()).id;
});
afterAll(async () => {
  await make?.close();
  await db?.close();
  await database?.close();
});

const NOW = "2026-11-20T10:00:00.000Z";
/** One of five people, by some of the names that records give; a permanent key comes with the sign-in name. */
const mention: fc.Arbitrary<AccountMention> = fc
  .record({
    n: fc.integer({ min: 0, max: 4 }),
    names: fc.constantFrom("object", "upn", "object upn", "upn puid", "object upn puid"),
    isLoud: fc.boolean(),
  })
  .map(({ n, names, isLoud }) => ({
    objectId: names.includes("object") ? `5d3a4719-9d86-41ce-9c8e-228b087e966${n}` : undefined,
    upn: names.includes("upn") ? `${isLoud ? "User" : "user"}${n}@x.example` : undefined,
    puid: names.includes("puid") ? `1003aaa${n}` : undefined,
  }));

/** Who is whom once `pages` were read: for each mention the number of its account, and the names each account goes by. */
async function read(pages: AccountMention[][]): Promise<unknown> {
  const tenant = await make.tenant(orgId);
  const owner = { orgId, tenantId: tenant.id };
  const all = pages.flat();
  const resolve = (mentions: AccountMention[]) =>
    withWorkerScope(db, owner, (tx) => resolveAccounts(tx, owner, mentions, NOW));
  for (const page of pages) await resolve(page);
  const ids: string[] = [];
  for (const one of all) ids.push((await resolve([one]))[0]!.id);
  const numberOf = new Map([...new Set(ids)].map((id, n) => [id, n]));
  const rows = await make.orm.select().from(accounts).where(eq(accounts.tenantId, tenant.id));
  const names = await make.orm.select().from(accountAliases).where(eq(accountAliases.tenantId, tenant.id));
  return {
    who: ids.map((id) => numberOf.get(id)),
    accounts: rows
      .filter(({ id }) => numberOf.has(id))
      .map(({ id, objectId }) => `${numberOf.get(id)} ${objectId}`)
      .sort(),
    names: names
      .filter(({ accountId, validTo }) => numberOf.has(accountId) && validTo === null)
      .map(({ accountId, kind, value }) => `${numberOf.get(accountId)} ${kind} ${value}`)
      .sort(),
  };
}

it("the accounts of a page are the same whether its records are read at once or one by one", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mention, { minLength: 2, maxLength: 8 }), async (mentions) => {
      expect(await read([mentions])).toEqual(await read(mentions.map((one) => [one])));
    }),
    { numRuns: 60 },
  );
});

it("ten thousand new people on one page are ten thousand accounts, each with its names", async () => {
  const tenant = await make.tenant(orgId);
  const owner = { orgId, tenantId: tenant.id };
  const mentions = Array.from({ length: 10_000 }, (_, n) => ({
    objectId: crypto.randomUUID(),
    upn: `user${n}@x.example`,
  }));
  const found = await withWorkerScope(db, owner, (tx) => resolveAccounts(tx, owner, [...mentions, ...mentions], NOW));
  expect(new Set(found.map(({ id }) => id)).size).toBe(10_000);
  expect(found.slice(10_000).map(({ objectId, upn }) => ({ objectId, upn }))).toEqual(mentions);
  const names = await make.orm.select().from(accountAliases).where(eq(accountAliases.tenantId, tenant.id));
  expect(names).toHaveLength(10_000);
});
