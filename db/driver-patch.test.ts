import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createTestDatabase } from "./test/database.ts";
import { createFactories } from "./test/factories.ts";

test("connections ended from outside in the middle of transactions end neither the process nor a scope [S3]", async () => {
  const database = await createTestDatabase();
  const make = createFactories(database.superUrl);
  const orgs = [await make.org(), await make.org()];
  for (const org of orgs) await make.tenant(org.id);
  const script = new URL("./test/killed-connections.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, database.urls.app, database.superUrl, ...orgs.map((org) => org.id)],
    { timeout: 110_000 },
  );
  const found = JSON.parse(stdout) as { own: number; foreign: number; cut: number; kills: number };
  expect(found.kills).toBeGreaterThan(3);
  expect(found.cut).toBeGreaterThan(0);
  expect(found.foreign).toBe(0);
  expect(found.own).toBeGreaterThan(1_000);
  await make.close();
  await database.close();
}, 120_000);

test("the connection used last is used next: what was prepared on it is known there", async () => {
  const database = await createTestDatabase();
  const script = new URL("./test/last-used.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [script, database.urls.app], { timeout: 50_000 });
  expect(JSON.parse(stdout)).toEqual({ atOnce: 6, inTurn: 1 });
  await database.close();
}, 60_000);
