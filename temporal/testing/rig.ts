import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, Connection, type WorkflowExecutionInfo } from "@temporalio/client";
import type { DataConverter } from "@temporalio/common";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { createTestNamespace } from "#cli/servers/test-servers.ts";
import { bundleWorkflows } from "#temporal/bundle.ts";
import { type Bell, createBell } from "#temporal/client.ts";
import { createDataConverter, type DataKeyStore, FAILURE_CONVERTER_PATH, type WrappedKey } from "#temporal/codec.ts";
import { type ActivitiesByQueue, createWorkers } from "#temporal/workers.ts";
import { fastForward } from "./fast-forward.ts";

/** Data keys for one test file, in memory. */
export function memoryKeyStore(): DataKeyStore {
  const keys = new Map<string, WrappedKey>();
  return {
    of: async (tenantId) => keys.get(tenantId ?? ""),
    byId: async (keyId) => [...keys.values()].find((k) => k.keyId === keyId),
    add: async (tenantId, key) => {
      const known = keys.get(tenantId ?? "") ?? key;
      keys.set(tenantId ?? "", known);
      return known;
    },
  };
}

export type RunningWorkers = { stop(): Promise<void> };
export type Rig = {
  address: string;
  namespace: string;
  client: Client;
  bell: Bell;
  dataConverter: DataConverter;
  /** Other workflow code from now on, for workers to be started and for replays. */
  deploy(workflowsPath: string): Promise<void>;
  /** Workers in this process for the queues named; what else a queue needs is missing on purpose. */
  startWorkers(activities: { [K in keyof ActivitiesByQueue]?: Partial<ActivitiesByQueue[K]> }): Promise<RunningWorkers>;
  /** Moves one workflow's own clock (Temporal's time skipping); resolves when it is there or ended. */
  fastForward(workflowId: string, seconds: number): Promise<void>;
  /**
   * Replays the history of everything that ran since the last call, each run of a continue-as-new chain too, and fails for
   * workflows left running unless their id is matched by `unfinished`; those are terminated.
   */
  /**
   * Keeps a run's history among the saved ones when PETRA_RECORD_HISTORIES names today; later code must replay it (L13).
   * Recording leaves the codec out, so that the file can be read.
   */
  keep(workflowId: string, name: string): Promise<void>;
  verify(options?: { unfinished?: RegExp }): Promise<{ replayed: number; events: number }>;
  close(): Promise<void>;
};

export const HISTORIES = fileURLToPath(new URL("../../workflows/histories", import.meta.url));
/** As in the product but for the codec: what saved histories are written and read with. */
export const PLAIN_CONVERTER: DataConverter = { failureConverterPath: FAILURE_CONVERTER_PATH };

let isInstalled = false;

/** The SDK's runtime for a test process: errors only. Call it before the first worker, client or replay. */
export function quietRuntime(): void {
  if (!isInstalled) Runtime.install({ logger: new DefaultLogger("ERROR") });
  isInstalled = true;
}

/** A namespace of its own on the run's Temporal server, with codec, bell and workers as in the product. */
export async function createRig(prefix: string): Promise<Rig> {
  quietRuntime();
  const { address, namespace } = await createTestNamespace(prefix);
  const recordedOn = process.env.PETRA_RECORD_HISTORIES;
  const dataConverter = recordedOn
    ? PLAIN_CONVERTER
    : createDataConverter({ store: memoryKeyStore(), masterKey: randomBytes(32) });
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace, dataConverter });
  const bell = createBell({ address, namespace, dataConverter, deadlineMs: 10_000 });
  let bundle = await bundleWorkflows();
  const verified = new Set<string>();

  async function replay(run: WorkflowExecutionInfo): Promise<number> {
    const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    // A run no worker has taken up yet holds nothing to replay, and the replayer would wait for ever.
    if (!history.events?.some((event) => event.workflowTaskCompletedEventAttributes)) return 0;
    await Worker.runReplayHistory({ workflowBundle: bundle, dataConverter }, history, run.workflowId);
    return history.events?.length ?? 0;
  }

  return {
    address,
    namespace,
    client,
    bell,
    dataConverter,
    async deploy(workflowsPath) {
      bundle = await bundleWorkflows(workflowsPath);
    },
    async startWorkers(activities) {
      const workers = await createWorkers({
        connection: native,
        namespace,
        dataConverter,
        workflowBundle: bundle,
        activities: activities as Partial<ActivitiesByQueue>,
      });
      const running = Promise.all(workers.map((w) => w.run()));
      return {
        async stop() {
          for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
          await running;
        },
      };
    },
    fastForward: (workflowId, seconds) => fastForward(connection, namespace, workflowId, seconds),
    async keep(workflowId, name) {
      if (!recordedOn) return;
      const history = await client.workflow.getHandle(workflowId).fetchHistory();
      const file = join(HISTORIES, `${name}.${recordedOn}.json`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${historyToJSON(history).replaceAll(hostname(), "worker")}\n`);
    },
    async verify({ unfinished } = {}) {
      const left: string[] = [];
      let replayed = 0;
      let events = 0;
      for await (const run of client.workflow.list()) {
        if (verified.has(run.runId)) continue;
        verified.add(run.runId);
        events += await replay(run);
        replayed += 1;
        if (run.status.name !== "RUNNING") continue;
        if (!unfinished?.test(run.workflowId)) left.push(run.workflowId);
        await client.workflow
          .getHandle(run.workflowId, run.runId)
          .terminate("test ended")
          .catch(() => {});
      }
      if (left.length > 0) throw new Error(`Workflows left running: ${left.join(", ")}`);
      return { replayed, events };
    },
    async close() {
      await bell.close();
      await connection.close();
      await native.close();
    },
  };
}
