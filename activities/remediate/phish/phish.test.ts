import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { neverTouch } from "#db/schema/phish.ts";
import type { Actor } from "#domain/access/actor.ts";
import { openRig, type Rig } from "../testing/rig.ts";
import { createPhishDesk, type OpenTenant } from "./testing/desk.ts";

let rig: Rig;
let desk: ReturnType<typeof createPhishDesk>;
beforeAll(async () => {
  rig = await openRig();
  desk = createPhishDesk(rig);
});
afterAll(() => rig?.close());

describe("looking for a phish over tenants", () => {
  it("finds the same message and copies sent as messages of their own, and moves nothing [R90]", async () => {
    const house = await desk.organization(3);
    const [a, b, c] = house.tenants as [OpenTenant, OpenTenant, OpenTenant];
    const first = await a.plant(0);
    await b.plant(0, { internetMessageId: first.internetMessageId });
    await c.plant(1, { folder: "Archive" });
    await c.plant(0, {
      body: "Please find the remittance of the canteen, as every month, and greet the cook from all of us here.",
    });
    await c.plant(2, { subject: "Remittance advice", internetMessageId: undefined });
    const phishId = await desk.report(house, first.internetMessageId);
    const ends = await desk.look(house, phishId);
    expect(ends.map((end) => end.state)).toEqual(["done", "done", "done"]);
    expect(ends.map((end) => end.result?.by)).toEqual(["message-trace", "message-trace", "message-trace"]);
    const found = (await desk.matchesOf(phishId)).map((row) => [row.tenantId, row.matchedBy, row.state]);
    expect(found.sort()).toEqual(
      [
        [a.tenant.id, "message-id", "found"],
        [b.tenant.id, "message-id", "found"],
        [c.tenant.id, "fingerprint", "found"],
      ].sort(),
    );
    for (const one of house.tenants) expect(await one.violations()).toEqual([]);
    expect((await b.lies()).every((where) => where.endsWith("Inbox"))).toBe(true);
  });

  it("looks into every mailbox where there is no message trace", async () => {
    const house = await desk.organization(1);
    const [a] = house.tenants;
    const planted = await a?.plant(0);
    await a?.plant(1);
    await rig.cloud.simulator.fault(a?.sim.tenantId ?? "", {
      kind: "error",
      status: 403,
      code: "Authorization_RequestDenied",
      match: { pathPattern: "messageTraces" },
    });
    const phishId = await desk.report(house, planted?.internetMessageId ?? "");
    const [end] = await desk.look(house, phishId);
    expect(end?.state).toBe("done");
    expect((await desk.matchesOf(phishId)).map((row) => row.matchedBy).sort()).toEqual(["fingerprint", "message-id"]);
  });

  it("a tenant waits for the phish's own tenant to read it, and goes on without when that cannot be read", async () => {
    const house = await desk.organization(2);
    const [a, b] = house.tenants as [OpenTenant, OpenTenant];
    const first = await a.plant(0);
    await b.plant(0, { internetMessageId: first.internetMessageId });
    const phishId = await desk.report(house, first.internetMessageId);
    const early = await desk.command(house, b.tenant.id, { kind: "find-phish", phishId });
    expect(await desk.carryOut(b.tenant.id, phishId, early)).toEqual({ state: "again", inSeconds: 2 });
    await rig.cloud.simulator.admin("POST", `/admin/tenants/${a.sim.tenantId}/consent`, { state: "removed" });
    const own = await desk.command(house, a.tenant.id, { kind: "find-phish", phishId });
    await desk.carryOut(a.tenant.id, phishId, own);
    expect(await desk.rowOf(own)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("lost its access"),
    });
    expect(await desk.carryOut(b.tenant.id, phishId, early)).toEqual({ state: "ended" });
    expect(await desk.rowOf(early)).toMatchObject({ state: "done", result: { copies: 1 } });
  });
});

describe("retracting over tenants", () => {
  it("moves the chosen copies in tenants with Response off, leaves every other mail alone, and brings all back [R89]", async () => {
    const house = await desk.organization(2);
    const [a, b] = house.tenants as [OpenTenant, OpenTenant];
    const first = await a.plant(0);
    await b.plant(0, { internetMessageId: first.internetMessageId });
    await b.plant(1, { internetMessageId: first.internetMessageId, folder: "Archive" });
    await b.plant(2, { body: "Nothing of the kind." });
    const phishId = await desk.report(house, first.internetMessageId);
    await desk.look(house, phishId);
    for (const one of house.tenants) await one.allowWrites();
    const before = await b.lies();
    const orderId = await desk.order(house, phishId);
    for (const { tenant } of house.tenants) {
      const id = await desk.command(house, tenant.id, { kind: "retract-mail", phishId, orderId });
      expect(await desk.carryOut(tenant.id, phishId, id)).toEqual({ state: "ended" });
      expect(await desk.carryOut(tenant.id, phishId, id)).toEqual({ state: "ended" });
      expect(await desk.rowOf(id)).toMatchObject({ state: "done" });
    }
    expect((await b.lies()).map((where) => where.split(" ").slice(1).join(" ")).sort()).toEqual([
      "Deleted Items",
      "Deleted Items",
      "Inbox",
    ]);
    expect((await desk.matchesOf(phishId)).map((row) => row.state)).toEqual(["moved", "moved", "moved"]);
    const back = await desk.order(house, phishId, { act: "restore" });
    for (const { tenant } of house.tenants)
      await desk.carryOut(
        tenant.id,
        phishId,
        await desk.command(house, tenant.id, { kind: "restore-mail", phishId, orderId: back }),
      );
    expect(await b.lies()).toEqual(before);
    expect((await desk.matchesOf(phishId)).map((row) => row.state)).toEqual(["restored", "restored", "restored"]);
    expect(await a.violations()).toEqual([]);
  });

  it("writes nothing without a second person, before the time to wait is over, or out of a never-touch mailbox [S45]", async () => {
    const house = await desk.organization(2);
    const [a, b] = house.tenants as [OpenTenant, OpenTenant];
    const first = await a.plant(0);
    const listed = await b.plant(0, { internetMessageId: first.internetMessageId });
    const phishId = await desk.report(house, first.internetMessageId);
    await desk.look(house, phishId);
    const none = { answeredBy: null, answeredById: null, answeredAt: null };
    const tryWith = async (orderId: string, actor?: Actor) => {
      const id = await desk.command(house, b.tenant.id, { kind: "retract-mail", phishId, orderId }, actor);
      const outcome = await desk.carryOut(b.tenant.id, phishId, id);
      return { outcome, row: await desk.rowOf(id) };
    };
    expect((await tryWith(await desk.order(house, phishId, none))).row.reason).toContain("Two people must agree");
    expect((await tryWith(await desk.order(house, phishId, { answeredById: house.member.id }))).row.state).toBe(
      "failed",
    );
    expect((await tryWith(await desk.order(house, phishId, { state: "waiting" }))).row.state).toBe("failed");
    const byItself: Actor = { kind: "response", workflowId: "w" };
    expect((await tryWith(await desk.order(house, phishId), byItself)).row.reason).toContain("No person ordered this");
    const soon = new Date(rig.cloud.now().getTime() + 60_000).toISOString();
    const waits = await tryWith(await desk.order(house, phishId, { ...none, notBefore: soon }));
    expect(waits.outcome).toMatchObject({ state: "again" });
    expect(waits.row.state).toBe("sent");
    await rig.made.orm.insert(neverTouch).values({
      orgId: house.org.id,
      tenantId: b.tenant.id,
      mailboxObjectId: listed.mailbox,
      mailbox: listed.upn,
      reason: "Under legal hold.",
      by: house.by,
      at: rig.cloud.now().toISOString(),
    });
    expect((await tryWith(await desk.order(house, phishId))).row.reason).toContain("never-touch");
    expect((await b.lies()).every((where) => where.endsWith("Inbox"))).toBe(true);
    expect(await b.violations()).toEqual([]);
  });

  it("one mailbox that fails is told by name and tried again while the others are done", async () => {
    const house = await desk.organization(1);
    const [a] = house.tenants as [OpenTenant];
    const first = await a.plant(0);
    const bad = await a.plant(1, { internetMessageId: first.internetMessageId });
    const phishId = await desk.report(house, first.internetMessageId);
    await desk.look(house, phishId);
    await a.allowWrites();
    await rig.cloud.simulator.fault(a.sim.tenantId, { kind: "mailbox-denied", userId: bad.mailbox });
    const orderId = await desk.order(house, phishId, { tenantIds: [a.tenant.id] });
    const id = await desk.command(house, a.tenant.id, { kind: "retract-mail", phishId, orderId });
    expect(await desk.carryOut(a.tenant.id, phishId, id)).toEqual({ state: "again", inSeconds: 60 });
    expect(await desk.rowOf(id)).toMatchObject({ state: "running", result: { done: 1, total: 2 } });
    expect((await desk.rowOf(id)).result?.reason).toContain(bad.upn);
    await rig.cloud.simulator.admin("DELETE", `/admin/tenants/${a.sim.tenantId}/faults`);
    expect(await desk.carryOut(a.tenant.id, phishId, id)).toEqual({ state: "ended" });
    expect(await desk.rowOf(id)).toMatchObject({ state: "done", result: { done: 2, total: 2 } });
  });
});
