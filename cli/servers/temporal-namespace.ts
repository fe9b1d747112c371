import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "@temporalio/client";
import { msToTs } from "@temporalio/common/lib/time.js";

const KEYWORD = 2;
const ALREADY_EXISTS = 6;

/** Search attributes of every execution, for operators' lists only; none holds personal data. */
export const SEARCH_ATTRIBUTES = ["OrgId", "TenantId", "IncidentStatus"] as const;

/** Waits until the server at `address` serves; false when `patienceMs` ran out or `isRunning` says it is gone. */
export async function untilServing(
  address: string,
  patienceMs = 30_000,
  isRunning: () => boolean = () => true,
): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline && isRunning()) {
    const connection = Connection.lazy({ address, connectTimeout: 1000 });
    try {
      const answer = await connection.withDeadline(Date.now() + 1000, () =>
        connection.healthService.check({ service: "temporal.api.workflowservice.v1.WorkflowService" }),
      );
      if (answer.status === 1) return true;
    } catch {
      // not listening yet, or not healthy yet
    } finally {
      await connection.close().catch(() => {});
    }
    await sleep(20);
  }
  return false;
}

/** Registers the namespace (closed executions kept 30 days) and its search attributes; safe to repeat. Returns when usable. */
export async function ensureNamespace(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    try {
      await connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msToTs("30 days"),
      });
    } catch (error) {
      if ((error as { code?: number }).code !== ALREADY_EXISTS) throw error;
    }
    const deadline = Date.now() + 20_000;
    for (;;) {
      try {
        await connection.operatorService.addSearchAttributes({
          namespace,
          searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
        });
        const listed = await connection.workflowService.listWorkflowExecutions({
          namespace,
          pageSize: 1,
          query: SEARCH_ATTRIBUTES.map((name) => `${name} = 'x'`).join(" AND "),
        });
        if (listed) return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      await sleep(25);
    }
  } finally {
    await connection.close();
  }
}
