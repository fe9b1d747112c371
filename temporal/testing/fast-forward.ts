import { Connection } from "@temporalio/client";
import proto from "@temporalio/proto";

/** As `fastForward`, over a connection of its own: for processes that run no worker. */
export async function fastForwardAt(
  server: { address: string; namespace: string },
  workflowId: string,
  seconds: number,
): Promise<void> {
  const connection = await Connection.connect({ address: server.address });
  try {
    await fastForward(connection, server.namespace, workflowId, seconds);
  } finally {
    await connection.close();
  }
}

/** Moves one workflow's own clock (Temporal's time skipping); resolves when it is there or the workflow ended. */
export async function fastForward(
  connection: Connection,
  namespace: string,
  workflowId: string,
  seconds: number,
): Promise<void> {
  const service = connection.workflowService;
  const id = `ff-${crypto.randomUUID()}`;
  await service.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution: { workflowId },
    workflowExecutionOptions: {
      timeSkippingConfig: {
        enabled: true,
        maxSessionSkipCount: 10_000,
        fastForwardConfig: { id, duration: { seconds } },
      },
    },
    updateMask: { paths: ["time_skipping_config"] },
  } as unknown as Parameters<typeof service.updateWorkflowExecutionOptions>[0]);
  for (;;) {
    const answer = await service.pollWorkflowExecutionTimeSkipping({
      namespace,
      workflowExecution: { workflowId },
      fastForwardId: id,
    });
    const result = proto.temporal.api.enums.v1.FastForwardPollingResult[answer.fastForwardPollingResult ?? 0] ?? "";
    if (result.endsWith("FAST_FORWARD_COMPLETED") || /ended before/.test(answer.failedReason ?? "")) return;
    if (!result.endsWith("POLL_TIMEOUT")) throw new Error(`${result}: ${answer.failedReason}`);
  }
}
