import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "#db/schema/incident.ts";
import { neverTouch, phishes, phishMatches, phishOrders } from "#db/schema/phish.ts";
import type { Actor } from "#domain/access/actor.ts";
import { openRig, type Rig, type Truth } from "../testing/rig.ts";
import { carryOutPhish } from "./carry-out.ts";

const BODY =
  "Please review the remittance advice for last month that our accounting has shared with you and sign in with your work " +
  "account to open it. The link will expire on Friday evening, after which a new one has to be asked for in writing.";
const SENDER = "accounts@supplier-billing.example";
const SUBJECT = "Remittance advice for last month";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig?.close());

let seeds = 0;
type Planted = { mailbox: string; upn: string; internetMessageId: string };

/** A tenant of an organization, known to the database, Response off; its mailboxes are those of everybody but the victim. */
async function openTenant(orgId: string) {
  const { simulator } = rig.cloud;
  const sim = await simulator.tenant({ story: "aitm-mail-rule", seed: `phish-${++seeds}` });
  const tenant = await rig.made.tenant(orgId, { microsoftTenantId: sim.tenantId, responseEnabled: false });
  const mailboxes = sim.accounts.filter((one) => one.objectId !== sim.victim.objectId);
  return {
    sim,
    tenant,
    allowWrites: () => simulator.admin("POST", `/admin/tenants/${sim.tenantId}/authority`, { writesAllowed: true }),
    async plant(nth: number, values: Record<string, unknown> = {}): Promise<Planted> {
      const box = mailboxes[nth];
      if (!box) throw new Error("no such mailbox");
      const wish = { kind: "message", userId: box.objectId, subject: SUBJECT, from: SENDER, body: BODY, ...values };
      const made = await simulator.admin("POST", `/admin/tenants/${sim.tenantId}/plant`, wish);
      return { mailbox: box.objectId, upn: box.upn, internetMessageId: String(made.internetMessageId) };
    },
    /** Folder of each mail of the phish's subject, by mailbox. */
    async lies(): Promise<string[]> {
      const { users } = await simulator.truth<Truth>(`/truth/tenants/${sim.tenantId}`);
      return users.flatMap((user) =>
        (user.mailbox?.folders ?? []).flatMap((folder) =>
          (folder.messages as { subject?: string }[])
            .filter((mail) => mail.subject === SUBJECT)
            .map(() => `${user.upn} ${folder.displayName}`),
        ),
      );
    },
    async violations(): Promise<unknown[]> {
      const query = `/truth/violations?tenantId=${sim.tenantId}`;
      return (await simulator.truth<{ violations: unknown[] }>(query)).violations;
    },
  };
}
type OpenTenant = Awaited<ReturnType<typeof openTenant>>;
type Org = {
  org: Awaited<ReturnType<Rig["made"]["org"]>>;
  member: Awaited<ReturnType<Rig["made"]["member"]>>;
  by: Actor;
  tenants: OpenTenant[];
};

async function organization(tenants: number): Promise<Org> {
  const org = await rig.made.org();
  const member = await rig.made.member(org.id);
  const by: Actor = { kind: "member", memberId: member.id, orgId: org.id, name: member.name, role: "admin" };
  const list: OpenTenant[] = [];
  for (let n = 0; n < tenants; n++) list.push(await openTenant(org.id));
  return { org, member, by, tenants: list };
}

async function report(house: Org, internetMessageId: string, more: Partial<typeof phishes.$inferInsert> = {}) {
  const [own] = house.tenants;
  const id = randomUUID();
  await rig.made.orm.insert(phishes).values({
    id,
    orgId: house.org.id,
    tenantId: own?.tenant.id ?? "",
    internetMessageId,
    fingerprintState: "asked",
    by: house.by,
    createdAt: rig.cloud.now().toISOString(),
    ...more,
  });
  return id;
}

async function command(
  house: Org,
  tenantId: string,
  input: { kind: "find-phish" | "retract-mail" | "restore-mail"; phishId: string; orderId?: string },
  actor: Actor = house.by,
) {
  const id = randomUUID();
  await rig.made.orm.insert(commands).values({
    id,
    orgId: house.org.id,
    tenantId,
    kind: input.kind,
    input: input as never,
    actor,
    phishId: input.phishId,
    manyId: input.orderId ?? null,
    state: "sent",
    issuedAt: rig.cloud.now().toISOString(),
  });
  return id;
}
const carryOut = (tenantId: string, phishId: string, commandId: string) =>
  carryOutPhish(rig.depsWith(), { tenantId, phishId, commandId });
const rowOf = async (id: string) =>
  (await rig.made.orm.$client`select state, reason, result from commands where id = ${id}`)[0] as {
    state: string;
    reason: string | null;
    result: Record<string, unknown> | null;
  };
const matchesOf = async (phishId: string) =>
  (await rig.made.orm.select().from(phishMatches)).filter((row) => row.phishId === phishId);

async function look(house: Org, phishId: string) {
  const ends: Awaited<ReturnType<typeof rowOf>>[] = [];
  for (const { tenant } of house.tenants) {
    const id = await command(house, tenant.id, { kind: "find-phish", phishId });
    await carryOut(tenant.id, phishId, id);
    ends.push(await rowOf(id));
  }
  return ends;
}

/** An order as the API writes it once it may run. */
async function order(house: Org, phishId: string, values: Partial<typeof phishOrders.$inferInsert> = {}) {
  const matches = await matchesOf(phishId);
  const id = randomUUID();
  const second = await rig.made.member(house.org.id);
  await rig.made.orm.insert(phishOrders).values({
    id,
    orgId: house.org.id,
    phishId,
    act: "retract",
    tenantIds: [...new Set(matches.map((row) => row.tenantId))],
    matchIds: matches.map((row) => row.id),
    mailboxes: matches.length,
    previewHash: "h",
    needsSecond: true,
    state: "placed",
    by: house.by,
    memberId: house.member.id,
    session: "s",
    at: rig.cloud.now().toISOString(),
    answeredBy: house.by,
    answeredById: second.id,
    answeredAt: rig.cloud.now().toISOString(),
    ...values,
  });
  return id;
}

describe("looking for a phish over tenants", () => {
  it("finds the same message and copies sent as messages of their own, and moves nothing [R90]", async () => {
    const house = await organization(3);
    const [a, b, c] = house.tenants as [OpenTenant, OpenTenant, OpenTenant];
    const first = await a.plant(0);
    await b.plant(0, { internetMessageId: first.internetMessageId });
    await c.plant(1, { folder: "Archive" });
    await c.plant(0, {
      body: "Please find the remittance of the canteen, as every month, and greet the cook from all of us here.",
    });
    await c.plant(2, { subject: "Remittance advice", internetMessageId: undefined });
    const phishId = await report(house, first.internetMessageId);
    const ends = await look(house, phishId);
    expect(ends.map((end) => end.state)).toEqual(["done", "done", "done"]);
    expect(ends.map((end) => end.result?.by)).toEqual(["message-trace", "message-trace", "message-trace"]);
    const found = (await matchesOf(phishId)).map((row) => [row.tenantId, row.matchedBy, row.state]);
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
    const house = await organization(1);
    const [a] = house.tenants;
    const planted = await a?.plant(0);
    await a?.plant(1);
    await rig.cloud.simulator.fault(a?.sim.tenantId ?? "", {
      kind: "error",
      status: 403,
      code: "Authorization_RequestDenied",
      match: { pathPattern: "messageTraces" },
    });
    const phishId = await report(house, planted?.internetMessageId ?? "");
    const [end] = await look(house, phishId);
    expect(end?.state).toBe("done");
    expect((await matchesOf(phishId)).map((row) => row.matchedBy).sort()).toEqual(["fingerprint", "message-id"]);
  });

  it("a tenant waits for the phish's own tenant to read it, and goes on without when that cannot be read", async () => {
    const house = await organization(2);
    const [a, b] = house.tenants as [OpenTenant, OpenTenant];
    const first = await a.plant(0);
    await b.plant(0, { internetMessageId: first.internetMessageId });
    const phishId = await report(house, first.internetMessageId);
    const early = await command(house, b.tenant.id, { kind: "find-phish", phishId });
    expect(await carryOut(b.tenant.id, phishId, early)).toEqual({ state: "again", inSeconds: 2 });
    await rig.cloud.simulator.admin("POST", `/admin/tenants/${a.sim.tenantId}/consent`, { state: "removed" });
    const own = await command(house, a.tenant.id, { kind: "find-phish", phishId });
    await carryOut(a.tenant.id, phishId, own);
    expect(await rowOf(own)).toMatchObject({ state: "failed", reason: expect.stringContaining("lost its access") });
    expect(await carryOut(b.tenant.id, phishId, early)).toEqual({ state: "ended" });
    expect(await rowOf(early)).toMatchObject({ state: "done", result: { copies: 1 } });
  });
});

describe("retracting over tenants", () => {
  it("moves the chosen copies in tenants with Response off, leaves every other mail alone, and brings all back [R89]", async () => {
    const house = await organization(2);
    const [a, b] = house.tenants as [OpenTenant, OpenTenant];
    const first = await a.plant(0);
    await b.plant(0, { internetMessageId: first.internetMessageId });
    await b.plant(1, { internetMessageId: first.internetMessageId, folder: "Archive" });
    await b.plant(2, { body: "Nothing of the kind." });
    const phishId = await report(house, first.internetMessageId);
    await look(house, phishId);
    for (const one of house.tenants) await one.allowWrites();
    const before = await b.lies();
    const orderId = await order(house, phishId);
    for (const { tenant } of house.tenants) {
      const id = await command(house, tenant.id, { kind: "retract-mail", phishId, orderId });
      expect(await carryOut(tenant.id, phishId, id)).toEqual({ state: "ended" });
      expect(await carryOut(tenant.id, phishId, id)).toEqual({ state: "ended" });
      expect(await rowOf(id)).toMatchObject({ state: "done" });
    }
    expect((await b.lies()).map((where) => where.split(" ").slice(1).join(" ")).sort()).toEqual([
      "Deleted Items",
      "Deleted Items",
      "Inbox",
    ]);
    expect((await matchesOf(phishId)).map((row) => row.state)).toEqual(["moved", "moved", "moved"]);
    const back = await order(house, phishId, { act: "restore" });
    for (const { tenant } of house.tenants)
      await carryOut(
        tenant.id,
        phishId,
        await command(house, tenant.id, { kind: "restore-mail", phishId, orderId: back }),
      );
    expect(await b.lies()).toEqual(before);
    expect((await matchesOf(phishId)).map((row) => row.state)).toEqual(["restored", "restored", "restored"]);
    expect(await a.violations()).toEqual([]);
  });

  it("writes nothing without a second person, before the time to wait is over, or out of a never-touch mailbox [S45]", async () => {
    const house = await organization(2);
    const [a, b] = house.tenants as [OpenTenant, OpenTenant];
    const first = await a.plant(0);
    const listed = await b.plant(0, { internetMessageId: first.internetMessageId });
    const phishId = await report(house, first.internetMessageId);
    await look(house, phishId);
    const none = { answeredBy: null, answeredById: null, answeredAt: null };
    const tryWith = async (orderId: string, actor?: Actor) => {
      const id = await command(house, b.tenant.id, { kind: "retract-mail", phishId, orderId }, actor);
      const outcome = await carryOut(b.tenant.id, phishId, id);
      return { outcome, row: await rowOf(id) };
    };
    expect((await tryWith(await order(house, phishId, none))).row.reason).toContain("Two people must agree");
    expect((await tryWith(await order(house, phishId, { answeredById: house.member.id }))).row.state).toBe("failed");
    expect((await tryWith(await order(house, phishId, { state: "waiting" }))).row.state).toBe("failed");
    const byItself: Actor = { kind: "response", workflowId: "w" };
    expect((await tryWith(await order(house, phishId), byItself)).row.reason).toContain("No person ordered this");
    const soon = new Date(rig.cloud.now().getTime() + 60_000).toISOString();
    const waits = await tryWith(await order(house, phishId, { ...none, notBefore: soon }));
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
    expect((await tryWith(await order(house, phishId))).row.reason).toContain("never-touch");
    expect((await b.lies()).every((where) => where.endsWith("Inbox"))).toBe(true);
    expect(await b.violations()).toEqual([]);
  });

  it("one mailbox that fails is told by name and tried again while the others are done", async () => {
    const house = await organization(1);
    const [a] = house.tenants as [OpenTenant];
    const first = await a.plant(0);
    const bad = await a.plant(1, { internetMessageId: first.internetMessageId });
    const phishId = await report(house, first.internetMessageId);
    await look(house, phishId);
    await a.allowWrites();
    await rig.cloud.simulator.fault(a.sim.tenantId, { kind: "mailbox-denied", userId: bad.mailbox });
    const orderId = await order(house, phishId, { tenantIds: [a.tenant.id] });
    const id = await command(house, a.tenant.id, { kind: "retract-mail", phishId, orderId });
    expect(await carryOut(a.tenant.id, phishId, id)).toEqual({ state: "again", inSeconds: 60 });
    expect(await rowOf(id)).toMatchObject({ state: "running", result: { done: 1, total: 2 } });
    expect((await rowOf(id)).result?.reason).toContain(bad.upn);
    await rig.cloud.simulator.admin("DELETE", `/admin/tenants/${a.sim.tenantId}/faults`);
    expect(await carryOut(a.tenant.id, phishId, id)).toEqual({ state: "ended" });
    expect(await rowOf(id)).toMatchObject({ state: "done", result: { done: 2, total: 2 } });
  });
});
