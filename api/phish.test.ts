import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commands } from "#db/schema/incident.ts";
import { phishes, phishMatches, phishOrders } from "#db/schema/phish.ts";
import type { CrossTenantView, PhishPreviewView } from "#domain/view/phish.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig?.close());

type Tenant = Awaited<ReturnType<Rig["make"]["tenant"]>>;
let org: Awaited<ReturnType<Rig["make"]["org"]>>;
let tenants: Tenant[];
let admin: Person;
let second: Person;

const connected = (orgId: string, values: Parameters<Rig["make"]["tenant"]>[1] = {}) =>
  rig.make.tenant(orgId, { phase: "active", microsoftTenantId: crypto.randomUUID(), ...values });
const person = async (orgId: string | null, values: Parameters<Rig["make"]["member"]>[1] = {}) =>
  rig.signIn(await rig.make.member(orgId, values));

beforeEach(async () => {
  org = await rig.make.org();
  tenants = [await connected(org.id), await connected(org.id), await connected(org.id)];
  admin = await person(org.id);
  second = await person(org.id, { role: "full-member" });
});

const MAIL = "<phish@evil.example>";
const report = (who: Person, values: object = {}) =>
  who.post("/api/phish", {
    commandId: crypto.randomUUID(),
    tenantId: tenants[0]?.id,
    internetMessageId: MAIL,
    subject: "Invoice",
    sender: "a@evil.example",
    ...values,
  });
const reported = async (who = admin): Promise<CrossTenantView> => (await (await report(who)).json()) as CrossTenantView;

async function copy(phish: CrossTenantView, tenant: Tenant | undefined, mailbox = "ann@client.example") {
  const [row] = await rig.make.orm
    .insert(phishMatches)
    .values({
      orgId: org.id,
      tenantId: tenant?.id ?? "",
      phishId: phish.id,
      mailboxObjectId: crypto.randomUUID(),
      mailbox,
      messageId: crypto.randomUUID(),
      internetMessageId: MAIL,
      sender: "a@evil.example",
      subject: "Invoice",
      folderId: "inbox",
      matchedBy: "message-id",
      why: "The same message.",
      state: "found",
      foundAt: rig.clock.at.toISOString(),
      updatedAt: rig.clock.at.toISOString(),
    })
    .returning();
  return row?.id ?? "";
}
const preview = async (who: Person, phish: CrossTenantView, matchIds: string[], act = "retract") =>
  (await (await who.post(`/api/phish/${phish.id}/preview`, { act, matchIds })).json()) as PhishPreviewView;
async function order(who: Person, phish: CrossTenantView, matchIds: string[], values: object = {}) {
  const { hash } = await preview(who, phish, matchIds);
  return who.post(`/api/phish/${phish.id}/orders`, {
    commandId: crypto.randomUUID(),
    act: "retract",
    matchIds,
    previewHash: hash,
    waitInstead: false,
    ...values,
  });
}
const answer = (who: Person, orderId: string, previewHash: string) =>
  who.post(`/api/phish/orders/${orderId}/answer`, { word: "agree", previewHash });
const commandsOf = async (phishId: string, kind: string) =>
  (await rig.make.orm.select().from(commands)).filter((row) => row.phishId === phishId && row.kind === kind);

describe("looking over tenants", () => {
  it("rings every connected tenant once, and says of the others why not", async () => {
    const paused = await connected(org.id, { phase: "paused" });
    rig.rung.length = 0;
    const commandId = crypto.randomUUID();
    const first = (await (await report(admin, { commandId })).json()) as CrossTenantView;
    await report(admin, { commandId });
    expect(new Set(rig.rung.map((one) => one.tenantId))).toEqual(new Set(tenants.map((one) => one.id)));
    expect(await commandsOf(first.id, "find-phish")).toHaveLength(4);
    const closed = first.tenants.find((one) => one.tenant.id === paused.id);
    expect(closed?.look).toMatchObject({ state: "refused", reason: expect.stringContaining("paused") });
  });

  it("the same mail reported again is the same phish", async () => {
    expect((await reported(admin)).id).toBe((await reported(second)).id);
    expect(await rig.make.orm.select().from(phishes)).toHaveLength(
      new Set((await rig.make.orm.select().from(phishes)).map((row) => row.id)).size,
    );
  });

  it("a phish of an incident must be tagged there", async () => {
    const incident = await rig.make.incident(await rig.make.account(tenants[0] as Tenant), {
      publishedAt: rig.clock.at.toISOString(),
    });
    expect((await report(admin, { incidentId: incident.id })).status).toBe(404);
  });
});

describe("retracting over tenants", () => {
  it("one tenant with few mailboxes needs nobody else, and what was previewed is what is ordered [R92]", async () => {
    const phish = await reported();
    const [a, b] = [await copy(phish, tenants[1]), await copy(phish, tenants[1])];
    const view = await preview(admin, phish, [a]);
    expect(view).toMatchObject({ mails: 1, mailboxes: 1, needsSecond: false, mayWaitInstead: false });
    const changed = await order(admin, phish, [a, b], { previewHash: view.hash });
    expect(changed.status).toBe(409);
    expect(await changed.json()).toMatchObject({ reason: "plan-changed" });
    rig.rung.length = 0;
    expect((await order(admin, phish, [a])).status).toBe(200);
    expect(rig.rung.map((one) => one.tenantId)).toEqual([tenants[1]?.id]);
    expect(await commandsOf(phish.id, "retract-mail")).toHaveLength(1);
  });

  it("more than one tenant waits for another member in another session on the same preview [S45]", async () => {
    const phish = await reported();
    const ids = [await copy(phish, tenants[0]), await copy(phish, tenants[1])];
    const asked = (await (await order(admin, phish, ids)).json()) as CrossTenantView;
    const waiting = asked.orders[0];
    expect(waiting).toMatchObject({ state: "waiting", needsSecond: true, isMine: true });
    expect(await commandsOf(phish.id, "retract-mail")).toEqual([]);
    const [id, hash] = [waiting?.id ?? "", waiting?.previewHash ?? ""];
    expect((await answer(admin, id, hash)).status).toBe(409);
    expect((await answer(second, id, "0".repeat(64))).status).toBe(409);
    expect((await answer(second, id, hash)).status).toBe(200);
    const placed = await commandsOf(phish.id, "retract-mail");
    expect(new Set(placed.map((row) => row.tenantId))).toEqual(new Set([tenants[0]?.id, tenants[1]?.id]));
    expect(placed.every((row) => row.actor.kind === "member" && row.manyId === id)).toBe(true);
    expect((await answer(second, id, hash)).status).toBe(409);
    expect(await commandsOf(phish.id, "retract-mail")).toHaveLength(2);
  });

  it("a copy that moved meanwhile, or half an hour, ends what waits [S45]", async () => {
    const phish = await reported();
    const ids = [await copy(phish, tenants[0]), await copy(phish, tenants[1])];
    const ask = async () => ((await (await order(admin, phish, ids)).json()) as CrossTenantView).orders[0];
    const first = await ask();
    await rig.make.orm.$client`update phish_matches set state = 'gone' where id = ${ids[0] ?? ""}`;
    expect(await (await answer(second, first?.id ?? "", first?.previewHash ?? "")).json()).toMatchObject({
      reason: "plan-changed",
    });
    await rig.make.orm.$client`update phish_matches set state = 'found' where id = ${ids[0] ?? ""}`;
    const late = await ask();
    rig.clock.at = new Date(rig.clock.at.getTime() + 31 * 60_000);
    await second.post("/api/auth/prove", { code: await second.code() });
    expect(await (await answer(second, late?.id ?? "", late?.previewHash ?? "")).json()).toMatchObject({
      reason: "expired",
    });
    expect(await commandsOf(phish.id, "retract-mail")).toEqual([]);
  });

  it("somebody alone may wait 15 minutes with a notice instead; two may not [S45]", async () => {
    const phish = await reported();
    const ids = [await copy(phish, tenants[0]), await copy(phish, tenants[1])];
    expect((await order(admin, phish, ids, { waitInstead: true })).status).toBe(409);
    await rig.make.orm
      .$client`update members set is_read_only = true where org_id = ${org.id} and role = 'full-member'`;
    await rig.make.notificationMethod(org.id);
    expect(await preview(admin, phish, ids)).toMatchObject({ mayWaitInstead: true });
    const alone = (await (await order(admin, phish, ids, { waitInstead: true })).json()) as CrossTenantView;
    expect(alone.orders[0]).toMatchObject({ state: "placed" });
    const waited = Date.parse(alone.orders[0]?.notBefore ?? "") - rig.clock.at.getTime();
    expect(waited).toBe(15 * 60_000);
    const told = await rig.make.orm.$client`select subject from outbox where org_id = ${org.id}`;
    expect(told.length).toBeGreaterThan(0);
    expect(await commandsOf(phish.id, "retract-mail")).toHaveLength(2);
  });
});

describe("security", () => {
  it("a guest and a partial member see and move only what lies in their tenants, and no count of the rest [S6]", async () => {
    const phish = await reported();
    const [mine, theirs] = [
      await copy(phish, tenants[0], "ann@a.example"),
      await copy(phish, tenants[1], "ben@b.example"),
    ];
    await order(admin, phish, [mine, theirs]);
    for (const role of ["external-guest", "full-member"] as const) {
      const narrow = await person(org.id, { role, tenantIds: [tenants[0]?.id ?? ""] });
      const text = await (await narrow.get(`/api/phish/${phish.id}`)).text();
      for (const secret of ["ben@b.example", theirs, tenants[1]?.id, tenants[1]?.name, tenants[2]?.name])
        expect(text).not.toContain(secret);
      expect(JSON.parse(text)).toMatchObject({ orders: [], tenants: [{ tenant: { id: tenants[0]?.id } }] });
      expect(await preview(narrow, phish, [mine, theirs])).toMatchObject({
        mails: 1,
        leftOut: [],
        tenants: [{ id: tenants[0]?.id }],
      });
      rig.rung.length = 0;
      await report(narrow);
      expect(rig.rung.map((one) => one.tenantId)).toEqual([tenants[0]?.id]);
      const [waiting] = await rig.make.orm.select().from(phishOrders);
      expect((await answer(narrow, waiting?.id ?? "", waiting?.previewHash ?? "")).status).toBe(404);
    }
    const elsewhere = await person(org.id, { role: "external-guest", tenantIds: [tenants[2]?.id ?? ""] });
    expect((await elsewhere.get(`/api/phish/${phish.id}`)).status).toBe(404);
  });

  it("another organization finds nothing, a read-only member reads only, strangers get 401", async () => {
    const phish = await reported();
    const id = await copy(phish, tenants[0]);
    const stranger = await person((await rig.make.org()).id);
    expect((await stranger.get(`/api/phish/${phish.id}`)).status).toBe(404);
    expect(await (await stranger.get("/api/phish")).json()).toEqual([]);
    expect((await stranger.post(`/api/phish/${phish.id}/preview`, { act: "retract", matchIds: [id] })).status).toBe(
      404,
    );
    expect((await report(stranger)).status).toBe(404);
    const reader = await person(org.id, { role: "full-member", isReadOnly: true });
    expect((await reader.get(`/api/phish/${phish.id}`)).status).toBe(200);
    for (const path of ["preview", "orders"])
      expect((await reader.post(`/api/phish/${phish.id}/${path}`, { act: "retract", matchIds: [id] })).status).toBe(
        403,
      );
    expect((await report(reader)).status).toBe(403);
    expect((await rig.send(`/api/phish/${phish.id}`)).status).toBe(401);
  });
});
