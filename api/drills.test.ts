import { afterAll, beforeAll, expect, test } from "vitest";
import { queueMessage } from "#db/repos/notify.ts";
import { listNotificationAddresses } from "#db/repos/tenant.ts";
import { drills } from "#db/schema/drill.ts";
import { outbox } from "#db/schema/platform.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import { FACTORY_NOW } from "#db/test/factories.ts";
import type { DrillList } from "#domain/view/drill.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

let rig: Rig;
let orgId: string;
let admin: Person;
const attacked: string[] = [];
const removed: string[] = [];

beforeAll(async () => {
  rig = await createRig();
  orgId = (await rig.make.org()).id;
  admin = await rig.signIn(await rig.make.member(orgId, { email: "trainee@msp.example" }));
  rig.deps.drillCloud = {
    stories: async () => [{ id: "aitm", title: "A stolen session" }],
    makeTenant: async () => ({ microsoftTenantId: crypto.randomUUID(), name: "Made Up Ltd" }),
    consent: async () => {},
    attack: async (id) => void attacked.push(id),
    remove: async (id) => void removed.push(id),
  };
});
afterAll(() => rig.close());

const begin = async () => {
  const answer = await admin.post("/api/drills", { story: "aitm", responseEnabled: false });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
};
const phase = (id: string, to: string) => rig.make.orm.$client`update tenants set phase = ${to} where id = ${id}`;

test("without a simulated cloud the page says so, and nothing can be begun", async () => {
  const cloud = rig.deps.drillCloud;
  rig.deps.drillCloud = null;
  const list = (await (await admin.get("/api/drills")).json()) as DrillList;
  expect(list).toMatchObject({ isAvailable: false, stories: [] });
  const answer = await admin.post("/api/drills", { story: "aitm", responseEnabled: true });
  expect(answer.status).toBe(503);
  expect(((await answer.json()) as { detail: string }).detail).toContain("no simulated cloud");
  rig.deps.drillCloud = cloud;
});

test("a story that is not there, and an address in the place of a story, begin nothing", async () => {
  for (const story of ["none", "http://evil.example/", "../../admin"])
    expect((await admin.post("/api/drills", { story, responseEnabled: true })).status).toBe(400);
  expect(await rig.make.orm.select().from(drills)).toEqual([]);
});

test("the attack waits for the first scan, is played once, and names the drill's own tenant alone", async () => {
  const id = await begin();
  expect((await admin.post(`/api/drills/${id}/attack`, {})).status).toBe(409);
  await phase(id, "baselining");
  expect((await admin.post(`/api/drills/${id}/attack`, {})).status).toBe(204);
  expect((await admin.post(`/api/drills/${id}/attack`, {})).status).toBe(409);
  const [row] = await rig.make.orm.$client`select microsoft_tenant_id from tenants where id = ${id}`;
  expect(attacked).toEqual([row?.microsoft_tenant_id]);
  const real = await rig.make.tenant(orgId);
  for (const what of ["attack", "end", "discard"])
    expect((await admin.post(`/api/drills/${real.id}/${what}`, {})).status).toBe(404);
  expect(attacked).toHaveLength(1);
  expect(removed).toEqual([]);
});

test("a simulated cloud that does not answer leaves the drill as it was", async () => {
  const id = await begin();
  await phase(id, "active");
  const cloud = rig.deps.drillCloud;
  rig.deps.drillCloud = cloud && { ...cloud, attack: () => Promise.reject(new Error("no answer")) };
  expect((await admin.post(`/api/drills/${id}/attack`, {})).status).toBe(503);
  rig.deps.drillCloud = cloud;
  expect((await admin.post(`/api/drills/${id}/attack`, {})).status).toBe(204);
});

test("of a drill only the person who trains is told, and the mail says first that it is one", async () => {
  await rig.make.notificationMethod(orgId, { address: "oncall@msp.example" });
  const id = await begin();
  const owner = { orgId, tenantId: id };
  const mail = { incidentId: null, key: `k:${id}`, channel: "email", recipient: "trainee@msp.example" } as const;
  const [addresses, normal] = await withWorkerScope(rig.deps.app, owner, async (tx) => {
    await queueMessage(tx, {
      ...owner,
      ...mail,
      subject: "Petra: account compromise",
      text: "T",
      html: "<p>T</p>",
      nextAt: FACTORY_NOW,
      createdAt: FACTORY_NOW,
    });
    const real = await rig.make.tenant(orgId);
    return [
      await listNotificationAddresses(tx, id),
      await withWorkerScope(rig.deps.app, { orgId, tenantId: real.id }, (other) =>
        listNotificationAddresses(other, real.id),
      ),
    ] as const;
  });
  expect(addresses).toEqual(["trainee@msp.example"]);
  expect(normal).toEqual(["oncall@msp.example"]);
  const sent = (await rig.make.orm.select().from(outbox)).find((row) => row.key === `k:${id}`);
  expect(sent?.subject).toBe("DRILL: Petra: account compromise");
  expect(sent?.text).toMatch(/^This is a drill/);
});
