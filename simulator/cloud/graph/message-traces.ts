import { DAY, graphTime } from "../../clock.ts";
import type { Json, MessageTrace } from "../../state/types.ts";
import { page } from "../odata.ts";
import type { GraphRoutes } from "./route.ts";

export function messageTraceRoutes(routes: GraphRoutes): void {
  routes.on("get", "/admin/exchange/tracing/messageTraces", [["ExchangeMessageTrace.Read.All"]], (call) => {
    const bounded = call.query.get("$filter")?.includes("receivedDateTime") ?? false;
    const oldest = call.now - (bounded ? 90 : 2) * DAY;
    const rows = call.tenant.traces.filter((t) => t.receivedAt >= oldest && t.receivedAt <= call.now).map(traceJson);
    return page(call, rows, { defaultSize: 1000, maxSize: 5000 }, "admin/exchange/tracing/messageTraces");
  });
}

const traceJson = (trace: MessageTrace): Json => ({
  id: trace.id,
  receivedDateTime: graphTime(trace.receivedAt),
  senderAddress: trace.sender,
  recipientAddress: trace.recipient,
  messageId: trace.messageId,
  subject: trace.subject,
  size: 24_310,
  status: trace.status,
  fromIP: trace.fromIp,
  toIP: null,
});
