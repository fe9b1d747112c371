import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { lockDataFolder } from "./launcher-lock.ts";
import type { Context, ProcessSpec } from "./processes.ts";
import { loadSecrets } from "./secrets.ts";
import { freePort } from "./servers/ports.ts";
import { isSameProcess, markProcess, type ProcessMark } from "./servers/process-id.ts";
import { endLeftovers, runOnce, supervise } from "./supervisor.ts";

const dataDir = mkdtempSync(join(tmpdir(), "petra-supervisor-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const context = { root: dataDir, dataDir } as Context;
const spec = (name: string, source: string, more: Partial<ProcessSpec> = {}): ProcessSpec => {
  writeFileSync(join(dataDir, `${name}.mjs`), source);
  return { name, label: name, script: `${name}.mjs`, env: () => ({}), ready: undefined, ...more };
};
const webServer = (name: string, port: number, env: Record<string, string> = {}) =>
  spec(
    name,
    `import { createServer } from "node:http";
     createServer((q, a) => a.end(JSON.stringify(process.env))).listen(Number(process.env.PORT), "127.0.0.1");`,
    { env: () => ({ PORT: String(port), ...env }), ready: () => `http://127.0.0.1:${port}/` },
  );
const markOf = (name: string) => JSON.parse(readFileSync(join(dataDir, "run", `${name}.pid`), "utf8")) as ProcessMark;
const quiet = () => {};

test("a process gets exactly its own variables and nothing of the launcher's environment", async () => {
  process.env.SECRET_OF_THE_LAUNCHER = "planted";
  const port = await freePort();
  const web = await supervise(webServer("env", port, { OWN: "1" }), context, quiet);
  const seen = (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Record<string, string>;
  expect(seen).toMatchObject({ OWN: "1", PORT: String(port) });
  expect(JSON.stringify(seen)).not.toContain("planted");
  const mark = markOf("env");
  await web.stop();
  expect(isSameProcess(mark)).toBe(false);
});

test("a process that dies is started again, and one that cannot start is reported with its last words", async () => {
  const port = await freePort();
  const web = await supervise(webServer("again", port), context, quiet);
  const first = markOf("again");
  process.kill(first.pid, "SIGKILL");
  for (let tries = 0; tries < 100 && markOf("again").pid === first.pid; tries++) await sleep(50);
  expect(markOf("again").pid).not.toBe(first.pid);
  await web.stop();
  const broken = spec("broken", 'throw new Error("PETRA_X must be set.")', { ready: () => "http://127.0.0.1:1/" });
  await expect(supervise(broken, context, quiet)).rejects.toThrow(/ended while starting[\s\S]*PETRA_X must be set/);
  await expect(runOnce(broken, context)).rejects.toThrow(/failed[\s\S]*PETRA_X must be set/);
});

test("what a killed launcher left behind is ended, a later process with the same number is not", async () => {
  const port = await freePort();
  await supervise(webServer("orphan", port), context, quiet);
  const orphan = markOf("orphan");
  const innocent = markProcess(process.pid)!;
  mkdirSync(join(dataDir, "temporal"), { recursive: true });
  writeFileSync(join(dataDir, "temporal", "server.pid"), JSON.stringify({ ...innocent, startTime: "1" }));
  expect(await endLeftovers(dataDir)).toEqual(["orphan"]);
  expect(isSameProcess(orphan)).toBe(false);
  expect(isSameProcess(innocent)).toBe(true);
});

test("two launchers do not share a data folder, and a dead one's lock does not stop the next", () => {
  const unlock = lockDataFolder(dataDir);
  expect(() => lockDataFolder(dataDir)).toThrow(/already runs/);
  unlock();
  writeFileSync(join(dataDir, "run", "launcher.pid"), JSON.stringify({ pid: process.pid, startTime: "1" }));
  lockDataFolder(dataDir)();
});

test("secrets are made once, differ between folders and are readable by their owner only [S55]", async () => {
  const { statSync } = await import("node:fs");
  const first = loadSecrets(dataDir);
  expect(loadSecrets(dataDir)).toEqual(first);
  expect(statSync(join(dataDir, "secrets.json")).mode & 0o777).toBe(0o600);
  const other = mkdtempSync(join(tmpdir(), "petra-supervisor-"));
  expect(loadSecrets(other).masterKey).not.toBe(first.masterKey);
  rmSync(other, { recursive: true });
});
