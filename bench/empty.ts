import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from "@temporalio/worker";
import { createRig } from "#temporal/testing/rig.ts";

const QUEUE = "bench-empty";

/** Runs empty workflows on the server of the test run, on a worker of this process; `run` answers how long one took, ms. */
export async function openEmpty() {
  const rig = await createRig("bench");
  const connection = await NativeConnection.connect({ address: rig.address });
  const worker = await Worker.create({
    connection,
    namespace: rig.namespace,
    taskQueue: QUEUE,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL("./empty-workflow.ts", import.meta.url)),
      logger: new DefaultLogger("ERROR"),
    }),
    activities: { nothing: async () => {} },
    dataConverter: rig.dataConverter,
  });
  const running = worker.run();
  return {
    rig,
    run: async (): Promise<number> => {
      const workflowId = `empty/${crypto.randomUUID()}`;
      const started = performance.now();
      await rig.client.workflow.execute("empty", { workflowId, taskQueue: QUEUE });
      return performance.now() - started;
    },
    close: async () => {
      worker.shutdown();
      await running;
      await connection.close();
      await rig.close();
    },
  };
}
