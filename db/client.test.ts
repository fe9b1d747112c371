import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { createDb } from "#db/client.ts";
import { createTestDatabase } from "#db/test/database.ts";

it("plans a query once a connection and not at each call, in a transaction and in a savepoint too", async () => {
  const database = await createTestDatabase();
  const db = createDb(database.urls.worker, { max: 1 });
  const prepared = async () => {
    const [row] = await db.orm.execute<{ n: number }>(sql`select count(*)::int as n from pg_prepared_statements
      where statement like '%as marked%'`);
    return row?.n;
  };
  try {
    const ask = (orm: Pick<typeof db.orm, "execute">, n: number) => orm.execute(sql`select ${n}::int as marked`);
    for (let n = 0; n < 3; n++) await ask(db.orm, n);
    expect(await prepared()).toBe(1);
    const rows = await db.orm.transaction((tx) => tx.transaction((inner) => ask(inner, 7)));
    expect(rows[0]).toEqual({ marked: 7 });
    expect(await prepared()).toBe(1);
    const long = sql.raw(`select 1 as marked /* ${"x".repeat(8000)} */`);
    await db.orm.execute(long);
    expect(await prepared()).toBe(1);
  } finally {
    await db.close();
    await database.close();
  }
});
