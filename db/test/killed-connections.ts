/**
 * A process that opens scoped transactions over two connections while somebody ends them from outside. Takes the app's URL,
 * the superuser's URL and two organization ids; prints what was read as one line of JSON. Run by db/driver-patch.test.ts.
 */
import { writeSync } from "node:fs";
import { mendDriver } from "../driver-patch.ts";

mendDriver();
const { createDb } = await import("../client.ts");
const { withScope } = await import("../tenancy.ts");
const { tenants } = await import("../schema/organization.ts");
const { sql } = await import("drizzle-orm");

const [appUrl = "", superUrl = "", ...orgIds] = process.argv.slice(2);
const app = createDb(appUrl, { max: 2 });
const killer = createDb(superUrl, { max: 1 });
const found = { own: 0, foreign: 0, cut: 0, kills: 0 };

async function kill(): Promise<void> {
  const rows = await killer.orm.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
    where usename = 'petra_app' and datname = current_database()`);
  found.kills += [...rows].length;
}

async function round(n: number): Promise<void> {
  const orgId = orgIds[n % 2] ?? "";
  const memberId = crypto.randomUUID();
  const scope = {
    kind: "member",
    orgId,
    memberId,
    tenantIds: "all",
    mayViewSensitive: false,
    isReadOnly: false,
    role: "admin",
  } as const;
  try {
    await withScope(app, scope, async (tx) => {
      for (let read = 0; read < 3; read++) {
        const seen = await tx.select({ orgId: tenants.orgId }).from(tenants);
        for (const row of seen) found[row.orgId === orgId ? "own" : "foreign"]++;
        if (n % 97 === 96) await kill();
      }
    });
  } catch {
    found.cut++;
  }
  const unscoped = await app.orm
    .select({ id: tenants.id })
    .from(tenants)
    .catch(() => []);
  found.foreign += unscoped.length;
}

for (let n = 0; n < 500; n += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => round(n + i)));
for (let n = 0; n < 4; n++) await round(n);
await Promise.all([app.close(), killer.close()]);
writeSync(1, `${JSON.stringify(found)}\n`);
// A connection that was cut while it was being opened can outlive end(); the processes of Petra end the same way.
process.exit(0);
