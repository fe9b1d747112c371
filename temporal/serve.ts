import { createServer } from "node:http";
import { DefaultLogger, NativeConnection, Runtime } from "@temporalio/worker";
import { loadOwnContent } from "#activities/detect/own/load.ts";
import { factsOf } from "#activities/enrich/index.ts";
import { show } from "#domain/event/show.ts";
import { bundleWorkflows } from "#temporal/bundle.ts";
import { compose } from "#temporal/composition.ts";
import { readWorkerEnv } from "#temporal/env.ts";
import { keepLoops } from "#temporal/keep-loops.ts";
import { createWorkers } from "#temporal/workers.ts";

async function serve(): Promise<void> {
  const env = readWorkerEnv();
  Runtime.install({ logger: new DefaultLogger("WARN") });
  const connection = await NativeConnection.connect({ address: env.TEMPORAL_ADDRESS });
  const content = await loadOwnContent(env.PETRA_OWN_DETECTIONS, factsOf);
  if (env.PETRA_OWN_DETECTIONS) {
    const loaded = content.sigma.length + content.dropIns.length;
    console.log(`Own detections: ${loaded} loaded, ${content.refused.length} refused.`);
    for (const { file, reason } of content.refused) console.log(`Refused ${show(file, 120)}: ${show(reason, 240)}`);
  }
  const house = compose(env, content);
  // Only the catalogue page waits for it: a database that is away at this moment must not keep the worker from starting.
  if (env.PETRA_QUEUES.includes("monitor"))
    house
      .tellOwnDetections()
      .catch(() => console.error("Own detections could not be told to the portal; the next start tells them."));
  const workflowBundle = env.PETRA_WORKFLOW_BUNDLE ? { codePath: env.PETRA_WORKFLOW_BUNDLE } : await bundleWorkflows();
  const activities = Object.fromEntries(env.PETRA_QUEUES.map((queue) => [queue, house.activities[queue]]));
  const workers = await createWorkers({
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    dataConverter: house.dataConverter,
    workflowBundle,
    activities,
  });
  const running = workers.map((worker) => worker.run());
  const stopAsking = keepLoops(house.bell, env.PETRA_SHARDS);
  const health = createServer((request, response) => {
    const isUp = request.url === "/healthz" && workers.every((w) => w.getState() === "RUNNING");
    response.writeHead(isUp ? 200 : 503, { "content-type": "application/json" });
    response.end(JSON.stringify({ queues: env.PETRA_QUEUES, ok: isUp }));
  });
  health.listen(env.PETRA_WORKER_HEALTH_PORT, "127.0.0.1");
  try {
    await Promise.all(running);
  } finally {
    stopAsking();
    health.close();
    await house.close();
    await connection.close();
  }
}

/**
 * The worker process: all queues in the demo, or those that PETRA_QUEUES names. SIGTERM and SIGINT let it finish what it
 * began, within 25 seconds; a fault at the start ends it with a sentence and exit code 1.
 */
export async function main(): Promise<void> {
  try {
    await serve();
  } catch (error) {
    console.error(error instanceof Error ? error.message : "The worker ended.");
    process.exitCode = 1;
  }
}
