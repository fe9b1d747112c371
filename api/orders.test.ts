import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands, incidentSteps, incidents, sealedSecrets } from "#db/schema/incident.ts";
import { audit } from "#db/schema/platform.ts";
import { PASSWORD_PURPOSE, seal } from "#db/sealing.ts";
import type { CommandView } from "#domain/view/portal.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

let rig: Rig;
let admin: Person;
let analyst: Person;
let readOnly: Person;
let orgId: string;
let adminId: string;

beforeAll(async () => {
  rig = await createRig();
  orgId = (await rig.make.org()).id;
  const person = await rig.make.member(orgId);
  adminId = person.id;
  admin = await rig.signIn(person);
  analyst = await rig.signIn(await rig.make.member(null));
  readOnly = await rig.signIn(await rig.make.member(orgId, { role: "full-member", isReadOnly: true }));
});
afterAll(() => rig.close());

async function newIncident(values: Parameters<Rig["make"]["incident"]>[1] = {}) {
  const tenant = await rig.make.tenant(orgId);
  return rig.make.incident(await rig.make.account(tenant), values);
}
const order = (input: object, commandId = crypto.randomUUID()) => ({ commandId, planVersion: 1, input });
const lock = { kind: "run-step", step: "revoke-and-lock" };
const rowsOf = (id: string) => rig.make.orm.select().from(commands).where(eq(commands.id, id));

describe("an order that can be carried out", () => {
  test("is stored with its audit row, rings the bell once and answers 202", async () => {
    const incident = await newIncident();
    const body = order(lock);
    const answer = await admin.post(`/api/incidents/${incident.id}/commands`, body);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ id: body.commandId, state: "sent", kind: "run-step" });
    expect(rig.rung.filter((entry) => entry.commandId === body.commandId)).toEqual([
      { tenantId: incident.tenantId, incidentId: incident.id, commandId: body.commandId },
    ]);
    const [row] = await rowsOf(body.commandId);
    expect(row).toMatchObject({
      state: "sent",
      planVersion: 1,
      input: lock,
      actor: { kind: "member", memberId: adminId },
    });
    expect(row?.signalledAt).not.toBeNull();
    const written = await rig.make.orm.select().from(audit).where(eq(audit.object, body.commandId));
    expect(written).toMatchObject([{ action: "command.send", incidentId: incident.id, orgId }]);
  });

  test("sent twice with the same id is one row and answers that row as it stands", async () => {
    const incident = await newIncident();
    const body = order(lock);
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => admin.post(`/api/incidents/${incident.id}/commands`, body)),
    );
    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202, 202]);
    expect(await rowsOf(body.commandId)).toHaveLength(1);
    await rig.make.orm.update(commands).set({ state: "done" }).where(eq(commands.id, body.commandId));
    const rung = rig.rung.length;
    const again = await admin.post(`/api/incidents/${incident.id}/commands`, body);
    expect([again.status, ((await again.json()) as CommandView).state]).toEqual([202, "done"]);
    expect(rig.rung).toHaveLength(rung);
  });

  test("is accepted while Temporal is down: still 202, and the row waits for the relay", async () => {
    const incident = await newIncident();
    rig.temporal.isDown = true;
    const body = order(lock);
    const answer = await admin.post(`/api/incidents/${incident.id}/commands`, body);
    rig.temporal.isDown = false;
    expect(answer.status).toBe(202);
    expect(await rowsOf(body.commandId)).toMatchObject([{ state: "sent", signalledAt: null }]);
  });

  test("can be taken back while no worker has it, and not afterwards", async () => {
    const incident = await newIncident();
    const body = order(lock);
    await admin.post(`/api/incidents/${incident.id}/commands`, body);
    const withdrawn = await admin.post(`/api/commands/${body.commandId}/withdraw`, {});
    expect(await withdrawn.json()).toMatchObject({ state: "withdrawn" });
    expect((await admin.post(`/api/commands/${body.commandId}/withdraw`, {})).status).toBe(409);
    expect(await (await admin.get(`/api/commands/${body.commandId}`)).json()).toMatchObject({ state: "withdrawn" });
  });

  test("to undo expires after fifteen minutes; a lock never does", async () => {
    const incident = await newIncident({ containedAt: "2026-11-20T11:59:00.000Z" });
    const undo = order({ kind: "undo", actionId: crypto.randomUUID(), reason: "It was needed." });
    const locked = order(lock);
    await admin.post(`/api/incidents/${incident.id}/commands`, undo);
    await admin.post(`/api/incidents/${incident.id}/commands`, locked);
    expect(await rowsOf(undo.commandId)).toMatchObject([{ expiresAt: "2026-11-20T12:15:00.000Z" }]);
    expect(await rowsOf(locked.commandId)).toMatchObject([{ expiresAt: null }]);
  });
});

describe("an order that cannot", () => {
  test("for a lasting reason answers 409 with the sentence and leaves a refused row", async () => {
    const incident = await newIncident();
    const body = order({ kind: "publish" });
    const answer = await admin.post(`/api/incidents/${incident.id}/commands`, body);
    expect(answer.status).toBe(409);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({
      code: "conflict",
      detail: "The incident is already published.",
      command: { id: body.commandId, state: "refused" },
    });
    expect(await rowsOf(body.commandId)).toMatchObject([{ state: "refused" }]);
    expect(rig.rung.some((entry) => entry.commandId === body.commandId)).toBe(false);
  });

  test("only for now is forwarded: the workflow decides", async () => {
    const incident = await newIncident();
    const answer = await admin.post(
      `/api/incidents/${incident.id}/commands`,
      order({ kind: "run-step", step: "reset-password" }),
    );
    expect(answer.status).toBe(202);
  });

  test("for a lasting reason is forwarded while an earlier order is on its way", async () => {
    const incident = await newIncident();
    await admin.post(`/api/incidents/${incident.id}/commands`, order(lock));
    const answer = await admin.post(`/api/incidents/${incident.id}/commands`, order({ kind: "publish" }));
    expect(answer.status).toBe(202);
  });

  test("with targets that changed since they were shown is refused: plan changed", async () => {
    const incident = await newIncident({ planVersion: 5 });
    const body = order({ kind: "run-step", step: "disable-persistence" });
    const answer = await admin.post(`/api/incidents/${incident.id}/commands`, body);
    expect(answer.status).toBe(409);
    expect(((await answer.json()) as { detail: string }).detail).toMatch(/^Plan changed/);
  });

  test("reusing a command id for another order answers 409 and changes nothing", async () => {
    const [one, two] = [await newIncident(), await newIncident()];
    const body = order(lock);
    await admin.post(`/api/incidents/${one.id}/commands`, body);
    expect((await admin.post(`/api/incidents/${two.id}/commands`, body)).status).toBe(409);
    expect(await rowsOf(body.commandId)).toMatchObject([{ incidentId: one.id }]);
  });

  test("of a kind or with a field that is not ours answers 400", async () => {
    const incident = await newIncident();
    const path = `/api/incidents/${incident.id}/commands`;
    expect((await admin.post(path, order({ kind: "explode" }))).status).toBe(400);
    expect((await admin.post(path, order({ ...lock, actor: { kind: "analyst" } }))).status).toBe(400);
    expect((await admin.post(path, { ...order(lock), orgId: "x" })).status).toBe(400);
  });

  test("because the person may not: read-only gets 403 and nothing changes; only an analyst approves [S5]", async () => {
    const incident = await newIncident();
    const body = order(lock);
    expect((await readOnly.post(`/api/incidents/${incident.id}/commands`, body)).status).toBe(403);
    expect(await rowsOf(body.commandId)).toEqual([]);
    const approve = order({ kind: "approve", step: "revoke-and-lock" });
    expect((await admin.post(`/api/incidents/${incident.id}/commands`, approve)).status).toBe(403);
    await rig.make.orm
      .update(incidentSteps)
      .set({ state: "awaiting-approval", askedAt: "2026-11-20T11:00:00Z" })
      .where(eq(incidentSteps.incidentId, incident.id));
    const queue = (await (await analyst.get("/api/queue")).json()) as { incident: { id: string } }[];
    expect(queue.some((item) => item.incident.id === incident.id)).toBe(true);
    expect((await admin.get("/api/queue")).status).toBe(403);
    expect((await analyst.post(`/api/incidents/${incident.id}/commands`, approve)).status).toBe(202);
  });
});

describe("orders about a tenant", () => {
  test("switch Response through a command that the tenant's workflow carries out [R75]", async () => {
    const tenant = await rig.make.tenant(orgId);
    const body = order({ kind: "set-response", enabled: true });
    expect((await admin.post(`/api/tenants/${tenant.id}/commands`, body)).status).toBe(202);
    expect(rig.rung.at(-1)).toEqual({ tenantId: tenant.id, commandId: body.commandId });
    const off = await admin.post(
      `/api/tenants/${tenant.id}/commands`,
      order({ kind: "set-response", enabled: false, reason: "Asked for." }),
    );
    expect(off.status).toBe(409);
    expect((await readOnly.post(`/api/tenants/${tenant.id}/commands`, order({ kind: "pause" }))).status).toBe(403);
  });

  test("a paused tenant's open incident can still be ordered about [R44]", async () => {
    const tenant = await rig.make.tenant(orgId, { phase: "paused", pausedAt: "2026-11-19T00:00:00Z" });
    const incident = await rig.make.incident(await rig.make.account(tenant));
    expect((await admin.get(`/api/incidents/${incident.id}`)).status).toBe(200);
    expect((await admin.post(`/api/incidents/${incident.id}/commands`, order(lock))).status).toBe(202);
  });
});

describe("the new password", () => {
  async function sealFor(memberId: string, expiresAt = "2026-11-20T12:30:00Z") {
    const incident = await newIncident();
    const sealed = seal(
      rig.deps.masterKey,
      PASSWORD_PURPOSE,
      incident.id,
      new TextEncoder().encode("Quiet-Harbour-71"),
    );
    const [row] = await rig.make.orm
      .insert(sealedSecrets)
      .values({
        orgId,
        tenantId: incident.tenantId,
        incidentId: incident.id,
        forMemberId: memberId,
        sealed,
        createdAt: "2026-11-20T12:00:00Z",
        expiresAt,
      })
      .returning();
    return { incident, secretId: row!.id };
  }

  test("is shown once: of fifty that ask at the same time one gets it [S40]", async () => {
    const { incident, secretId } = await sealFor(adminId);
    const shown = (await (await admin.get(`/api/incidents/${incident.id}`)).json()) as {
      password: { secretId: string };
    };
    expect(shown.password.secretId).toBe(secretId);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => admin.post(`/api/incidents/${incident.id}/password/reveal`, { secretId })),
    );
    const got = answers.filter((answer) => answer.status === 200);
    expect(got).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 404)).toHaveLength(49);
    expect(got[0]?.headers.get("cache-control")).toBe("no-store");
    expect(await got[0]?.json()).toEqual({ password: "Quiet-Harbour-71" });
    const looks = await rig.make.orm.select().from(audit).where(eq(audit.object, secretId));
    expect(looks).toMatchObject([{ action: "password.reveal", actor: { memberId: adminId } }]);
    expect(JSON.stringify(looks)).not.toContain("Quiet-Harbour");
  });

  test("is not shown to anybody else, nor after its time, nor at another incident [S40]", async () => {
    const other = await rig.signIn(await rig.make.member(orgId));
    const mine = await sealFor(adminId);
    const reveal = (who: Person, at: string, secretId: string) =>
      who.post(`/api/incidents/${at}/password/reveal`, { secretId });
    expect((await reveal(other, mine.incident.id, mine.secretId)).status).toBe(404);
    expect((await reveal(analyst, mine.incident.id, mine.secretId)).status).toBe(404);
    expect(
      ((await (await other.get(`/api/incidents/${mine.incident.id}`)).json()) as { password: unknown }).password,
    ).toBeNull();
    const late = await sealFor(adminId, "2026-11-20T11:59:00Z");
    expect((await reveal(admin, late.incident.id, late.secretId)).status).toBe(404);
    expect((await reveal(admin, late.incident.id, mine.secretId)).status).toBe(404);
    expect((await reveal(admin, mine.incident.id, mine.secretId)).status).toBe(200);
  });
});

test("each look of an analyst at an incident is audited, a reload of the live page not again", async () => {
  const incident = await newIncident();
  for (let n = 0; n < 3; n++) expect((await analyst.get(`/api/incidents/${incident.id}`)).status).toBe(200);
  await admin.get(`/api/incidents/${incident.id}`);
  const looks = await rig.make.orm.select().from(audit).where(eq(audit.incidentId, incident.id));
  expect(looks.filter((row) => row.action === "analyst.look")).toHaveLength(1);
  rig.clock.at = new Date(rig.clock.at.getTime() + 11 * 60_000);
  await analyst.get(`/api/incidents/${incident.id}`);
  const later = await rig.make.orm.select().from(audit).where(eq(audit.incidentId, incident.id));
  expect(later.filter((row) => row.action === "analyst.look")).toHaveLength(2);
});

test("remediated incidents remain listed [R68]", async () => {
  const incident = await newIncident({ status: "remediated", remediatedAt: "2026-11-20T12:00:00Z" });
  const list = (await (await admin.get("/api/incidents")).json()) as { id: string; status: string }[];
  expect(list.find((card) => card.id === incident.id)?.status).toBe("remediated");
  expect(await rig.make.orm.select().from(incidents).where(eq(incidents.id, incident.id))).toHaveLength(1);
});
