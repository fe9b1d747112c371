import { Client, Connection } from "@temporalio/client";
import type { Payload, PayloadCodec } from "@temporalio/common";

/** Everything that stands in the histories of a namespace, opened with the codec, as one text. */
export async function readHistories(
  server: { address: string; namespace: string },
  codec: PayloadCodec,
): Promise<string> {
  const connection = await Connection.connect({ address: server.address });
  try {
    const client = new Client({ connection, namespace: server.namespace });
    const parts: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      await collect(history, codec, parts);
    }
    return parts.join("\n");
  } finally {
    await connection.close();
  }
}

async function collect(value: unknown, codec: PayloadCodec, parts: string[]): Promise<void> {
  if (typeof value === "string") parts.push(value);
  if (value instanceof Uint8Array) parts.push(Buffer.from(value).toString());
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
  if ("metadata" in value && "data" in value) {
    const [opened] = await codec.decode([value as Payload]);
    if (opened?.data) parts.push(Buffer.from(opened.data).toString());
    return;
  }
  for (const part of Array.isArray(value) ? value : Object.values(value)) await collect(part, codec, parts);
}
