/**
 * A process that opens six connections at once and then asks one thing after the other; prints on how many of them as one
 * line of JSON. Takes the app's URL. Run by db/driver-patch.test.ts.
 */
import { writeSync } from "node:fs";
import { mendDriver } from "../driver-patch.ts";

mendDriver();
const { createDb } = await import("../client.ts");
const { sql } = await import("drizzle-orm");

const app = createDb(process.argv[2] ?? "", { max: 6 });
const asked = async (): Promise<number> => {
  const [row] = await app.orm.transaction(async (tx) => [
    ...(await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid, pg_sleep(0.05)`)),
  ]);
  return row?.pid ?? 0;
};
const atOnce = new Set(await Promise.all(Array.from({ length: 6 }, asked)));
const inTurn = new Set<number>();
for (let n = 0; n < 12; n++) inTurn.add(await asked());
await app.close();
writeSync(1, `${JSON.stringify({ atOnce: atOnce.size, inTurn: inTurn.size })}\n`);
