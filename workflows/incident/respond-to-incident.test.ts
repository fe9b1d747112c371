import { fileURLToPath } from "node:url";
import { and, eq, inArray } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createIncidentActivities } from "#activities/incident/index.ts";
import { createDb, type Db } from "#db/client.ts";
import { commands, incidentSteps, incidents } from "#db/schema/incident.ts";
import { tenants } from "#db/schema/organization.ts";
import { audit } from "#db/schema/platform.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { CommandInput } from "#domain/command/command.ts";
import { type FakeRemediate, fakeRemediate } from "#temporal/testing/fake-remediate.ts";
import { createRig, type Rig, type RunningWorkers } from "#temporal/testing/rig.ts";
import { workflowIds } from "#temporal/workflow-ids.ts";

const NEXT_BUILD = fileURLToPath(new URL("../testing/next-build.ts", import.meta.url));

let database: TestDatabase;
let db: Db;
let make: ReturnType<typeof createFactories>;
let rig: Rig;
let workers: RunningWorkers | undefined;
let remediate: FakeRemediate;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.urls.worker);
  make = createFactories(database.superUrl);
  rig = await createRig("respond");
});
beforeEach(() => {
  remediate = fakeRemediate(db);
});
afterEach(async () => {
  await workers?.stop();
  workers = undefined;
  await rig.verify({ unfinished: /incident/ });
});
afterAll(async () => {
  await rig?.close();
  await make?.close();
  await db?.close();
  await database?.close();
});

const start = async () => {
  const clock = { now: () => new Date() };
  const containment = createIncidentActivities({
    db,
    clock,
    remediate,
    publicUrl: "https://portal.example",
    workflowIdOf: workflowIds.incident,
  });
  workers = await rig.startWorkers({ containment });
};
const member: Actor = { kind: "member", memberId: crypto.randomUUID(), orgId: "o", name: "Mia", role: "admin" };

async function incident(values: { response?: boolean; published?: boolean; phase?: "paused" | "active" } = {}) {
  const { response = false, published = response, phase = "active" } = values;
  const org = await make.org();
  const tenant = await make.tenant(org.id, { responseEnabled: response, phase });
  const account = await make.account(tenant);
  const made = await make.incident(account, {
    responseActs: response,
    publishedAt: published ? new Date().toISOString() : null,
  });
  return {
    tenantId: tenant.id,
    orgId: org.id,
    incidentId: made.id,
    workflowId: workflowIds.incident(tenant.id, made.id),
  };
}
type Made = Awaited<ReturnType<typeof incident>>;

async function order(at: Made, input: CommandInput, values: Partial<typeof commands.$inferInsert> = {}) {
  const id = crypto.randomUUID();
  await make.orm.insert(commands).values({
    id,
    orgId: at.orgId,
    tenantId: at.tenantId,
    incidentId: at.incidentId,
    kind: input.kind,
    input,
    actor: member,
    state: "sent",
    issuedAt: new Date().toISOString(),
    ...values,
  });
  return id;
}
const ring = (at: Made, commandId: string) => rig.bell.ringIncident(at.tenantId, at.incidentId, commandId);
const stateOf = async (commandId: string) =>
  (await make.orm.select().from(commands).where(eq(commands.id, commandId)))[0]?.state;
const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 20_000, interval: 50 });
const stepState = async (at: Made, step: "revoke-and-lock" | "disable-persistence" | "mark-remediated") =>
  (
    await make.orm
      .select()
      .from(incidentSteps)
      .where(and(eq(incidentSteps.incidentId, at.incidentId), eq(incidentSteps.stepId, step)))
  )[0]?.state;
const run = (step: Extract<CommandInput, { kind: "run-step" }>["step"], more = {}): CommandInput => ({
  kind: "run-step",
  step,
  ...more,
});

describe("Petra Response on", () => {
  it("does steps 1 to 3 by itself and leaves the rest to people [R74]", async () => {
    await start();
    const at = await incident({ response: true });
    remediate.lag = 1;
    await rig.bell.ensureIncident(at.tenantId, at.incidentId);
    await until(() => stepState(at, "revoke-and-lock")).toBe("verified");
    await until(() => stepState(at, "disable-persistence")).toBe("verified");
    const what = remediate.effects.map((e) => e.split(" ")[0]);
    expect(what).toEqual(["lock", "retract", "disable"]);
    expect(await stepState(at, "mark-remediated")).toBe("waiting");
  });

  it("locks every account of a campaign before it moves the first mail, and waits for it in no event of its own [L10]", async () => {
    await start();
    const [first, later] = [await incident({ response: true }), await incident({ response: true })];
    const set = (at: Made, values: Partial<typeof incidents.$inferInsert>) =>
      make.orm.update(incidents).set(values).where(eq(incidents.id, at.incidentId));
    const at = () => new Date().toISOString();
    await set(later, { detectedAt: at() });
    await set(first, { detectedAt: at(), lockAcceptedAt: at() });
    await rig.bell.ensureIncident(first.tenantId, first.incidentId);
    await until(() => stepState(first, "revoke-and-lock")).toBe("verified");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(remediate.effects).toEqual([`lock ${first.incidentId} by response`]);
    await rig.bell.ensureIncident(later.tenantId, later.incidentId);
    await until(() => stepState(later, "revoke-and-lock")).toBe("verified");
    await set(later, { lockAcceptedAt: at() });
    await until(() => stepState(first, "disable-persistence")).toBe("verified");
    await until(() => stepState(later, "disable-persistence")).toBe("verified");
    expect(remediate.effects.slice(0, 2).map((effect) => effect.split(" ")[0])).toEqual(["lock", "lock"]);
    const { historyLength } = await rig.client.workflow.getHandle(first.workflowId).describe();
    expect(historyLength).toBeLessThan(30);
  });

  it("two triggers for one account make one remediation", async () => {
    await start();
    const at = await incident({ response: true });
    await Promise.all([
      rig.bell.ensureIncident(at.tenantId, at.incidentId),
      rig.bell.ensureIncident(at.tenantId, at.incidentId),
      rig.bell.wakeIncident(at.tenantId, at.incidentId, "evidence"),
    ]);
    await until(() => stepState(at, "disable-persistence")).toBe("verified");
    await rig.bell.wakeIncident(at.tenantId, at.incidentId, "evidence");
    expect(remediate.effects.filter((e) => e.startsWith("lock"))).toHaveLength(1);
  });

  it("switched off stops what has not begun", async () => {
    await start();
    const at = await incident({ response: true });
    remediate.lockTakesMs = 600;
    await rig.bell.ensureIncident(at.tenantId, at.incidentId);
    await until(async () => remediate.locksBegun).toBe(1);
    await make.orm.update(tenants).set({ responseEnabled: false }).where(eq(tenants.id, at.tenantId));
    await until(() => stepState(at, "revoke-and-lock")).toBe("verified");
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(remediate.effects.map((e) => e.split(" ")[0])).toEqual(["lock"]);
  });

  it("goes on with a lock in whose middle a worker died, and leaves a person's running step to the person", async () => {
    await start();
    const begin = async (at: Made, actor: Actor) =>
      make.orm
        .update(incidentSteps)
        .set({ state: "running", actor })
        .where(and(eq(incidentSteps.incidentId, at.incidentId), eq(incidentSteps.stepId, "revoke-and-lock")));
    const [ours, theirs] = [await incident({ response: true }), await incident({ response: true })];
    await begin(ours, { kind: "response", workflowId: ours.workflowId });
    await begin(theirs, member);
    await rig.bell.ensureIncident(theirs.tenantId, theirs.incidentId);
    await rig.bell.ensureIncident(ours.tenantId, ours.incidentId);
    await until(() => stepState(ours, "revoke-and-lock")).toBe("verified");
    expect(remediate.effects.filter((e) => e.startsWith("lock"))).toEqual([`lock ${ours.incidentId} by response`]);
  });

  it("waits for an analyst where authority says ask", async () => {
    await start();
    const at = await incident({ response: true });
    remediate.authority = "ask";
    await rig.bell.ensureIncident(at.tenantId, at.incidentId);
    await until(
      async () => (await rig.client.workflow.getHandle(at.workflowId).describe()).historyLength,
    ).toBeGreaterThan(6);
    expect(remediate.effects).toEqual([]);
  });
});

describe("Petra Response off", () => {
  it("nothing runs by itself, and publishing is required before the first step [R80]", async () => {
    await start();
    const at = await incident();
    await rig.bell.ensureIncident(at.tenantId, at.incidentId);
    const early = await order(at, run("revoke-and-lock"));
    await ring(at, early);
    await until(() => stateOf(early)).toBe("refused");
    const publish = await order(at, { kind: "publish" });
    await ring(at, publish);
    await until(() => stateOf(publish)).toBe("done");
    expect(remediate.effects).toEqual([]);
    const lock = await order(at, run("revoke-and-lock"));
    await ring(at, lock);
    await until(() => stateOf(lock)).toBe("done");
    await until(() => stepState(at, "revoke-and-lock")).toBe("verified");
    expect(remediate.effects).toEqual([`lock ${at.incidentId} by member`]);
    await rig.keep(at.workflowId, "respond-to-incident/response-off-published-locked");
  });
});

describe("orders", () => {
  it("the same command sent twice runs once", async () => {
    await start();
    const at = await incident({ published: true });
    const lock = await order(at, run("revoke-and-lock"));
    await Promise.all([ring(at, lock), ring(at, lock), ring(at, lock)]);
    await until(() => stateOf(lock)).toBe("done");
    await ring(at, lock);
    await until(() => stepState(at, "revoke-and-lock")).toBe("verified");
    expect(remediate.effects).toEqual([`lock ${at.incidentId} by member`]);
  });

  it("a command sent while no worker is up is carried out when one returns, an expired one is refused", async () => {
    const at = await incident({ published: true });
    const lock = await order(at, run("revoke-and-lock"));
    const old = new Date(Date.now() - 60_000).toISOString();
    const undo = await order(at, { kind: "undo", actionId: "x" }, { expiresAt: old });
    await ring(at, lock);
    await ring(at, undo);
    expect(await stateOf(lock)).toBe("sent");
    await start();
    await until(() => stateOf(lock)).toBe("done");
    await until(() => stateOf(undo)).toBe("expired");
    expect(remediate.effects).toEqual([`lock ${at.incidentId} by member`]);
  });

  it("a forged bell changes nothing and is audited [S42]", async () => {
    await start();
    const at = await incident({ published: true });
    const other = await incident({ published: true });
    const foreign = await order(other, run("revoke-and-lock"));
    await ring(at, foreign);
    await ring(at, crypto.randomUUID());
    const forged = () =>
      make.orm
        .select()
        .from(audit)
        .where(and(eq(audit.incidentId, at.incidentId), eq(audit.action, "command.forged")));
    await until(async () => (await forged()).length).toBe(2);
    expect(await stateOf(foreign)).toBe("sent");
    expect(remediate.effects).toEqual([]);
  });

  it("an ordinary incident leaves fewer than 60 events, and commands after closing still work [R104]", async () => {
    await start();
    const at = await incident({ response: true });
    await rig.bell.ensureIncident(at.tenantId, at.incidentId);
    await until(() => stepState(at, "disable-persistence")).toBe("verified");
    await until(() => stepState(at, "revoke-and-lock")).toBe("verified");
    const orders = [run("reset-password"), run("reenable-account", { handedOver: true }), run("mark-remediated")];
    for (const input of orders) {
      const id = await order(at, input);
      await ring(at, id);
      await until(() => stateOf(id)).toBe("done");
    }
    const handle = rig.client.workflow.getHandle(at.workflowId);
    await handle.result();
    const { historyLength } = await handle.describe();
    expect(historyLength).toBeLessThan(60);
    await rig.keep(at.workflowId, "respond-to-incident/response-on-to-remediated");
    const undo = await order(at, { kind: "undo", actionId: "a" });
    await ring(at, undo);
    await until(() => stateOf(undo)).toBe("done");
    await rig.client.workflow.getHandle(at.workflowId).result();
    const [row] = await make.orm.select().from(incidents).where(eq(incidents.id, at.incidentId));
    expect(row?.status).toBe("remediated");
  });

  it("a paused tenant's open incident can still be remediated", async () => {
    await start();
    const at = await incident({ published: true, phase: "paused" });
    const lock = await order(at, run("revoke-and-lock"));
    await ring(at, lock);
    await until(() => stateOf(lock)).toBe("done");
    await until(() => stepState(at, "revoke-and-lock")).toBe("verified");
  });
});

describe("a long history", () => {
  it("300 orders over two continue-as-new: none is lost and none is carried out twice", {
    timeout: 600_000,
  }, async () => {
    await start();
    const at = await incident({ published: true });
    await rig.client.workflow.start("respondToIncident", {
      workflowId: at.workflowId,
      taskQueue: "petra-containment",
      args: [{ tenantId: at.tenantId, incidentId: at.incidentId, continueAfterEvents: 400 }],
    });
    const wave = async (from: number): Promise<string[]> => {
      const ids: string[] = [];
      for (let n = from; n < from + 100; n++)
        ids.push(await order(at, { kind: "tag-phish", internetMessageId: `<${n}@x>` }));
      return ids;
    };
    const answered = (ids: string[]) => async () =>
      (await make.orm.select({ state: commands.state }).from(commands).where(inArray(commands.id, ids))).filter(
        ({ state }) => state === "done",
      ).length;
    const runs = async () => {
      let n = 0;
      for await (const _ of rig.client.workflow.list({ query: `WorkflowId = '${at.workflowId}'` })) n += 1;
      return n;
    };
    // A run ends when nothing waits: a slow machine may not come to rest between two waves.
    const waves: string[][] = [];
    while (waves.length < 3 || (waves.length < 12 && (await runs()) <= 2)) {
      const ids = await wave(waves.length * 100);
      // Each twice, and those before once more: some are older than what a run remembers.
      await Promise.all([...ids, ...ids].map((id) => ring(at, id)));
      // The last answer ends the run: the next wave meets it in the middle of that.
      await expect.poll(answered(ids), { timeout: 180_000, interval: 50 }).toBe(100);
      await Promise.all((waves.at(-1) ?? []).map((id) => ring(at, id)));
      waves.push(ids);
    }
    const tagged = await make.orm
      .select({ detail: audit.detail })
      .from(audit)
      .where(and(eq(audit.incidentId, at.incidentId), eq(audit.action, "phish.tag")));
    expect(tagged.map(({ detail }) => (detail as { mail: string }).mail).sort()).toEqual(
      Array.from({ length: waves.length * 100 }, (_, n) => `<${n}@x>`).sort(),
    );
    await until(runs).toBeGreaterThan(2);
  });
});

describe("a new build", () => {
  const orders = [run("reset-password"), run("reenable-account", { handedOver: true }), run("mark-remediated")];
  const carryOut = async (at: Made, inputs: CommandInput[]) => {
    for (const input of inputs) {
      const id = await order(at, input);
      await ring(at, id);
      await until(() => stateOf(id)).toBe("done");
    }
  };
  const activitiesOf = async (at: Made) => {
    const { events } = await rig.client.workflow.getHandle(at.workflowId).fetchHistory();
    return events?.flatMap((e) => e.activityTaskScheduledEventAttributes?.activityType?.name ?? []) ?? [];
  };

  it("takes an incident over in its middle, and what it does otherwise is for incidents that begin later [L13]", async () => {
    await start();
    const old = await incident({ response: true });
    await rig.bell.ensureIncident(old.tenantId, old.incidentId);
    await until(() => stepState(old, "disable-persistence")).toBe("verified");
    await carryOut(old, orders.slice(0, 1));
    const waiting = await order(old, { kind: "tag-phish", internetMessageId: "<deploy@x>" });
    await workers?.stop();
    // Rung while nobody serves: the new build finds the order in a history that the old one wrote.
    await ring(old, waiting);
    await rig.deploy(NEXT_BUILD);
    await start();
    await until(() => stateOf(waiting)).toBe("done");
    await carryOut(old, orders.slice(1));
    await rig.client.workflow.getHandle(old.workflowId).result();
    expect((await activitiesOf(old))[0]).toBe("openResponse");
    const fresh = await incident({ response: true });
    await rig.bell.ensureIncident(fresh.tenantId, fresh.incidentId);
    await until(() => stepState(fresh, "disable-persistence")).toBe("verified");
    expect((await activitiesOf(fresh)).slice(0, 2)).toEqual(["readIncident", "openResponse"]);
    for (const at of [old, fresh])
      expect(remediate.effects.filter((e) => e.startsWith(`lock ${at.incidentId}`))).toHaveLength(1);
  });
});
