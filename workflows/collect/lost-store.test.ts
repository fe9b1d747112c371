import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { M365Cloud } from "#activities/clients/m365/m365.ts";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import { createIncidentActivities } from "#activities/incident/index.ts";
import { createRelayActivities } from "#activities/notify/index.ts";
import { createTenantActivities } from "#activities/tenant/index.ts";
import { createDb, type Db } from "#db/client.ts";
import { commands } from "#db/schema/incident.ts";
import { createSigner } from "#db/signing.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import type { CommandInput } from "#domain/command/command.ts";
import { keepLoops } from "#temporal/keep-loops.ts";
import { type FakeRemediate, fakeRemediate } from "#temporal/testing/fake-remediate.ts";
import { createRig, type Rig } from "#temporal/testing/rig.ts";
import { workflowIds } from "#temporal/workflow-ids.ts";

let database: TestDatabase;
let db: Db;
let make: ReturnType<typeof createFactories>;
let remediate: FakeRemediate;
const rigs: Rig[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.urls.worker);
  make = createFactories(database.superUrl);
  remediate = fakeRemediate(db);
});
afterAll(async () => {
  for (const rig of rigs) await rig.close();
  await make?.close();
  await db?.close();
  await database?.close();
});

const clock = { now: () => new Date() };
const mail = { send: async () => {}, close: () => {} };
const cloud = {
  forgetTokens: () => {},
  tenant: () => ({ readOrganization: () => Promise.reject(new M365Fault("needs-consent", "not approved yet")) }),
} as unknown as M365Cloud;

/** All queues but the scan's, over one database and an empty Temporal. */
async function openEmptyTemporal(prefix: string) {
  const rig = await createRig(prefix);
  rigs.push(rig);
  const publicUrl = "https://portal.example";
  const workers = await rig.startWorkers({
    containment: createIncidentActivities({ db, clock, remediate, publicUrl, workflowIdOf: workflowIds.incident }),
    monitor: createTenantActivities({ db, clock, cloud, bell: rig.bell }),
    notify: createRelayActivities({
      db,
      signer: createSigner(new Uint8Array(32).fill(3)),
      clock,
      mail,
      bell: rig.bell,
      everyMs: 100,
      lengthMs: 600_000,
    }),
  });
  const stopLoops = keepLoops(rig.bell, 1, 300);
  return {
    rig,
    stop: async () => {
      stopLoops();
      await workers.stop();
    },
  };
}
const statusIn = async ({ client }: Rig, workflowId: string): Promise<string> => {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name;
  } catch {
    return "none";
  }
};
const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 60_000, interval: 100 });

it("a Temporal that has lost its store gets back every open incident, tenant and unheard order from our rows [L14]", async () => {
  const org = await make.org();
  const tenant = await make.tenant(org.id, { responseEnabled: true });
  const waiting = await make.tenant(org.id, { phase: "consent" });
  const account = await make.account(tenant);
  const publishedAt = clock.now().toISOString();
  const incident = await make.incident(account, { responseActs: true, publishedAt });
  const at = { tenantId: tenant.id, incidentId: incident.id };
  const order = async (input: CommandInput): Promise<string> => {
    const id = crypto.randomUUID();
    await make.orm.insert(commands).values({
      ...at,
      id,
      orgId: org.id,
      kind: input.kind,
      input,
      actor: { kind: "member", memberId: crypto.randomUUID(), orgId: org.id, name: "Mia", role: "admin" },
      state: "sent",
      issuedAt: clock.now().toISOString(),
    });
    return id;
  };
  const stateOf = async (id: string) => (await make.orm.select().from(commands).where(eq(commands.id, id)))[0]?.state;
  const workflows = [
    workflowIds.incident(at.tenantId, at.incidentId),
    workflowIds.monitor(tenant.id),
    workflowIds.onboard(waiting.id),
    workflowIds.collect(0),
    workflowIds.relay(),
  ];

  const first = await openEmptyTemporal("before");
  for (const id of workflows) await until(() => statusIn(first.rig, id)).toBe("RUNNING");
  await until(async () => remediate.effects.length).toBe(3);
  // The loops' workflows are lost while the processes live: they come back without a restart.
  for (const id of [workflowIds.collect(0), workflowIds.relay()])
    await first.rig.client.workflow.getHandle(id).terminate("lost");
  for (const id of [workflowIds.collect(0), workflowIds.relay()])
    await until(() => statusIn(first.rig, id)).toBe("RUNNING");
  await first.stop();

  const unheard = await order({ kind: "tag-phish", internetMessageId: "<lost@x>" });
  const second = await openEmptyTemporal("after");
  for (const id of workflows) await until(() => statusIn(second.rig, id)).toBe("RUNNING");
  await until(() => stateOf(unheard)).toBe("done");
  const reset = await order({ kind: "run-step", step: "reset-password" });
  await second.rig.bell.ringIncident(at.tenantId, at.incidentId, reset);
  await until(() => stateOf(reset)).toBe("done");
  await second.stop();
  expect(remediate.effects.map((effect) => effect.split(" ")[0])).toEqual(["lock", "retract", "disable", "reset"]);
});
