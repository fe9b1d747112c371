import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "@temporalio/client";
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { startPostgres } from "./postgres.ts";
import { isSameProcess, markProcess } from "./process-id.ts";
import { createTestServers } from "./test-servers.ts";

const ask = async (url: string, query: string) => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe(query);
  } finally {
    await sql.end();
  }
};

describe("Postgres", () => {
  const folder = mkdtempSync(join(tmpdir(), "petra-servers-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("keeps its data over a stop, in a folder only its owner may enter", async () => {
    const first = await startPostgres({ dataDir: join(folder, "kept"), test: true });
    await ask(first.url, "create table kept (word text); insert into kept values ('still here')");
    await first.stop();
    const second = await startPostgres({ dataDir: join(folder, "kept"), test: true });
    expect(await ask(second.url, "select word from kept")).toEqual([{ word: "still here" }]);
    expect(second.url).toBe(first.url);
    await second.stop();
  });

  test("ends a server that a killed launcher left behind and takes over its data", async () => {
    const orphan = await startPostgres({ dataDir: join(folder, "orphan"), test: true });
    const mark = markProcess(orphan.pid)!;
    const next = await startPostgres({ dataDir: join(folder, "orphan"), test: true });
    expect(isSameProcess(mark)).toBe(false);
    expect(next.pid).not.toBe(orphan.pid);
    expect(await ask(next.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await next.stop();
  });

  test("comes back with committed rows after SIGKILL", async () => {
    const killed = await startPostgres({ dataDir: join(folder, "killed") });
    await ask(killed.url, "create table kept (word text); insert into kept values ('committed')");
    process.kill(killed.pid, "SIGKILL");
    const next = await startPostgres({ dataDir: join(folder, "killed") });
    expect(await ask(next.url, "select word from kept")).toEqual([{ word: "committed" }]);
    await next.stop();
  });

  test("lets nobody in without the password", async () => {
    const server = await startPostgres({ dataDir: join(folder, "kept"), test: true });
    const url = new URL(server.url);
    url.password = "wrong";
    await expect(ask(url.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
    await server.stop();
  });
});

describe("Temporal", () => {
  const servers = createTestServers();
  afterAll(() => servers.stop());

  test("keeps its executions over SIGKILL and answers on the same address", async () => {
    const temporal = await servers.temporal({ ui: true });
    const connection = await Connection.connect({ address: temporal.address });
    await connection.workflowService.startWorkflowExecution({
      namespace: temporal.namespace,
      workflowId: "tenant/t1/incident/i1",
      workflowType: { name: "nobodyRunsThis" },
      taskQueue: { name: "nobody" },
      requestId: crypto.randomUUID(),
    });
    await temporal.kill9();
    await temporal.restart();
    const found = await connection.workflowService.describeWorkflowExecution({
      namespace: temporal.namespace,
      execution: { workflowId: "tenant/t1/incident/i1" },
    });
    expect(found.workflowExecutionInfo?.type?.name).toBe("nobodyRunsThis");
    await connection.close();
    const page = await fetch(temporal.uiUrl!);
    expect(page.status).toBe(200);
  });
});
