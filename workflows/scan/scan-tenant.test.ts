import { ApplicationFailure } from "@temporalio/common";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRig, type Rig } from "#temporal/testing/rig.ts";
import { workflowIds } from "#temporal/workflow-ids.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig("loops");
});
afterAll(() => rig?.close());

it("a scan reads every window, turns one that cannot be read into a blind spot, judges and says it is complete [R19]", async () => {
  const did: string[] = [];
  const windows = Array.from({ length: 9 }, (_, n) => ({
    source: "audit-search" as const,
    start: new Date(Date.UTC(2026, 9, n + 1)).toISOString(),
    end: new Date(Date.UTC(2026, 9, n + 2)).toISOString(),
  }));
  let atOnce = 0;
  let most = 0;
  const workers = await rig.startWorkers({
    scan: {
      planScan: async () => ({ windows }),
      readScanWindow: async ({ start }) => {
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setTimeout(resolve, 20));
        atOnce -= 1;
        if (start === windows[4]?.start) throw ApplicationFailure.nonRetryable("no licence");
        did.push(start);
        return { records: 1 };
      },
      failScanWindow: async ({ start }) => void did.push(`blind ${start}`),
      analyzeScan: async () => ({ incidents: 2 }),
      finishScan: async () => void did.push("complete"),
    },
  });
  const [tenantId, scanId] = [crypto.randomUUID(), crypto.randomUUID()];
  await rig.bell.startScan(tenantId, scanId);
  await rig.bell.startScan(tenantId, scanId);
  const handle = rig.client.workflow.getHandle(workflowIds.scan(tenantId, scanId));
  await handle.result();
  await workers.stop();
  expect(did.filter((d) => d.startsWith("2026"))).toHaveLength(8);
  expect(did).toContain(`blind ${windows[4]?.start}`);
  expect(did.at(-1)).toBe("complete");
  expect(most).toBeLessThanOrEqual(4);
  await rig.keep(workflowIds.scan(tenantId, scanId), "scan-tenant/one-blind-window");
  await rig.verify();
});

it("the collectors and the relay go on by themselves and start once", async () => {
  let pieces = 0;
  let relayed = 0;
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 50));
  const workers = await rig.startWorkers({
    monitor: {
      collectShard: async () => {
        pieces += 1;
        await wait();
      },
    },
    notify: {
      relayLoop: async () => {
        relayed += 1;
        await wait();
      },
    },
  });
  await rig.bell.startLoops(1);
  await rig.bell.startLoops(1);
  await expect.poll(() => Math.min(pieces, relayed), { timeout: 20_000 }).toBeGreaterThan(3);
  await workers.stop();
  await rig.keep(workflowIds.collect(0), "collect/some-rounds");
  await rig.keep(workflowIds.relay(), "relay/some-rounds");
  const { replayed } = await rig.verify({ unfinished: /collect|relay/ });
  expect(replayed).toBe(2);
});
