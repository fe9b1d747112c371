import { describe, expect, it } from "vitest";
import { tenantOfWorkflow, workflowIds } from "./workflow-ids.ts";

describe("workflow ids", () => {
  const tenantId = crypto.randomUUID();
  it("begin with their tenant, from which the codec takes the key", () => {
    const other = crypto.randomUUID();
    for (const id of [
      workflowIds.onboard(tenantId),
      workflowIds.monitor(tenantId),
      workflowIds.scan(tenantId, other),
      workflowIds.incident(tenantId, other),
    ]) {
      expect(tenantOfWorkflow(id)).toBe(tenantId);
    }
    expect(tenantOfWorkflow(workflowIds.collect(0))).toBeUndefined();
    expect(tenantOfWorkflow("tenant/../x")).toBeUndefined();
  });
  it("hold nothing but ids of our own [S39]", () => {
    expect(() => workflowIds.monitor("vera@example.test")).toThrow();
  });
});
