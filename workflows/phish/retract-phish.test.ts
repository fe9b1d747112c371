import { ApplicationFailure } from "@temporalio/common";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MailActivities } from "#activities/remediate/phish/index.ts";
import { createRig, type Rig, type RunningWorkers } from "#temporal/testing/rig.ts";
import { workflowIds } from "#temporal/workflow-ids.ts";

let rig: Rig;
let workers: RunningWorkers | undefined;
let asked: string[];
let answers: Map<string, (() => Promise<{ state: "ended" } | { state: "again"; inSeconds: number }>)[]>;
let failed: string[];

beforeAll(async () => {
  rig = await createRig("phish");
});
beforeEach(() => {
  asked = [];
  failed = [];
  answers = new Map();
});
afterEach(async () => {
  await workers?.stop();
  workers = undefined;
  await rig.verify();
});
afterAll(() => rig?.close());

const start = async () => {
  const mail: MailActivities = {
    carryOutPhish: async ({ commandId }) => {
      asked.push(commandId);
      const next = answers.get(commandId)?.shift();
      return next ? next() : { state: "ended" };
    },
    failPhish: async ({ commandId }) => void failed.push(commandId),
  };
  workers = await rig.startWorkers({ mail });
};
const place = () => ({ tenantId: crypto.randomUUID(), phishId: crypto.randomUUID() });
const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 20_000, interval: 50 });
const ended = async (at: ReturnType<typeof place>) =>
  (await rig.client.workflow.getHandle(workflowIds.phish(at.tenantId, at.phishId)).describe()).status.name;

describe("one phish in one tenant", () => {
  it("carries each order out once, however often it is rung, and ends; the next order starts it again", async () => {
    await start();
    const at = place();
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
    const ring = (id: string) => rig.bell.ringPhish(at.tenantId, at.phishId, id);
    await Promise.all([ring(one), ring(one)]);
    await until(async () => asked.includes(one)).toBe(true);
    await until(() => ended(at)).toBe("COMPLETED");
    await ring(two);
    await until(async () => asked.includes(two)).toBe(true);
    await until(() => ended(at)).toBe("COMPLETED");
    expect(asked.filter((id) => id === one).length).toBeLessThanOrEqual(2);
  });

  it("goes on with an order later, and takes others meanwhile", async () => {
    await start();
    const at = place();
    const [slow, quick] = [crypto.randomUUID(), crypto.randomUUID()];
    answers.set(slow, [async () => ({ state: "again", inSeconds: 3_600 })]);
    await rig.bell.ringPhish(at.tenantId, at.phishId, slow);
    await until(async () => asked).toEqual([slow]);
    await rig.bell.ringPhish(at.tenantId, at.phishId, quick);
    await until(async () => asked).toEqual([slow, quick]);
    expect(await ended(at)).toBe("RUNNING");
    const id = workflowIds.phish(at.tenantId, at.phishId);
    await rig.fastForward(id, 3_601);
    await until(async () => asked).toEqual([slow, quick, slow]);
    await until(() => ended(at)).toBe("COMPLETED");
    await rig.keep(id, "retract-phish/goes-on-later");
  });

  it("an order that breaks down for good is settled as failed and the workflow goes on", async () => {
    await start();
    const at = place();
    const [bad, good] = [crypto.randomUUID(), crypto.randomUUID()];
    answers.set(bad, [() => Promise.reject(ApplicationFailure.nonRetryable("broken"))]);
    await rig.bell.ringPhish(at.tenantId, at.phishId, bad);
    await rig.bell.ringPhish(at.tenantId, at.phishId, good);
    await until(async () => failed).toEqual([bad]);
    await until(async () => asked.includes(good)).toBe(true);
    await until(() => ended(at)).toBe("COMPLETED");
  });
});
