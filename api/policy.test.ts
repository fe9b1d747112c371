import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { incidentSteps } from "#db/schema/incident.ts";
import { audit, outbox } from "#db/schema/platform.ts";
import { approvals } from "#db/schema/policy.ts";
import { DEFAULT_POLICY } from "#domain/policy/document.ts";
import type { PolicyView } from "#domain/view/policy.ts";
import type { QueueItem, ViewerView } from "#domain/view/portal.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

let rig: Rig;
let analyst: Person;
let second: Person;
let analystId: string;

beforeAll(async () => {
  rig = await createRig();
  const one = await rig.make.member(null, { name: "Noor Vasquez" });
  analystId = one.id;
  analyst = await rig.signIn(one);
  second = await rig.signIn(await rig.make.member(null, { name: "Priya Nair" }));
});
afterAll(() => rig.close());

async function newOrg() {
  const org = await rig.make.org();
  const tenant = await rig.make.tenant(org.id);
  const boss = await rig.make.member(org.id, { role: "admin" });
  const [admin, member] = [
    await rig.signIn(boss),
    await rig.signIn(await rig.make.member(org.id, { role: "full-member" })),
  ];
  return { org, tenant, admin, member, bossEmail: boss.email };
}
const bodyOf = async <T>(answer: Response): Promise<T> => (await answer.json()) as T;
const policyOf = async (who: Person, query = ""): Promise<PolicyView> => bodyOf(await who.get(`/api/policy${query}`));
const mailsOf = (orgId: string) => rig.make.orm.select().from(outbox).where(eq(outbox.orgId, orgId));
const auditOf = (orgId: string) => rig.make.orm.select().from(audit).where(eq(audit.orgId, orgId));
const vipTwo = { steps: { "revoke-and-lock": { answers: { vip: "two" } } } };

describe("a policy", () => {
  test("nobody has changed is the product text, and says so by its version", async () => {
    const { admin } = await newOrg();
    expect(await policyOf(admin)).toMatchObject({
      version: 0,
      policyVersion: "2026-11-21",
      document: DEFAULT_POLICY,
      history: [],
      killSwitch: null,
      may: { change: true, except: true, stop: true, release: true },
    });
  });

  test("is kept by version: a tenant inherits what it does not name, and an old page does not overwrite a newer one", async () => {
    const { admin, tenant } = await newOrg();
    const save = (tenantId: string | null, basedOn: number, document: object) =>
      admin.post("/api/policy", { tenantId, basedOn, document, reason: "Agreed with the client." });
    expect((await save(null, 0, vipTwo)).status).toBe(200);
    const marked = [{ objectId: crypto.randomUUID(), kind: "vip", name: "Owner" }];
    expect((await save(tenant.id, 0, { marked, approval: { minutes: 15, otherwise: "give-up" } })).status).toBe(200);
    const shown = await policyOf(admin, `?tenantId=${tenant.id}`);
    expect(shown).toMatchObject({
      version: 1,
      policyVersion: "2026-11-21+o1+t1",
      inherited: { marked: [], approval: null },
    });
    expect(shown.document.steps["revoke-and-lock"].answers.vip).toBe("two");
    expect(shown.document).toMatchObject({ marked, approval: { minutes: 15 } });
    expect((await save(null, 0, {})).status).toBe(409);
    const both = await Promise.all([save(null, 1, {}), save(null, 1, vipTwo)]);
    expect(both.map((one) => one.status).toSorted()).toEqual([200, 409]);
  });

  test("that is loosened is told to every Admin by mail with the reason, one that is tightened is not [S14]", async () => {
    const { admin, org, bossEmail } = await newOrg();
    await admin.post("/api/policy", { basedOn: 0, document: vipTwo, reason: "Safer." });
    expect(await mailsOf(org.id)).toEqual([]);
    await admin.post("/api/policy", { basedOn: 1, document: {}, reason: "Too slow at night." });
    const [mail, ...rest] = await mailsOf(org.id);
    expect(rest).toEqual([]);
    expect(mail).toMatchObject({ recipient: bossEmail, channel: "email" });
    expect(mail?.text).toMatch(/Too slow at night/);
    const saved = (await auditOf(org.id)).filter((row) => row.action === "policy.save");
    expect(saved.map((row) => row.detail.version)).toEqual([1, 2]);
    expect(saved[1]?.detail.loosened).toEqual(["revoke-and-lock, vip: two becomes auto"]);
  });

  test.each([
    ["an answer that is not one", { steps: { "revoke-and-lock": { answers: { vip: "maybe" } } } }],
    ["a step that is always a person's", { steps: { "reset-password": { answers: { vip: "auto" } } } }],
    ["a floor above one", { steps: { "revoke-and-lock": { confidenceFloor: 2 } } }],
    [
      "a time zone that is none",
      {
        quietHours: {
          zone: "Mars/Base",
          from: "22:00",
          to: "06:00",
          days: [1],
          steps: ["retract-phish"],
          answer: "ask",
        },
      },
    ],
    ["a field that is not ours", { killSwitch: false }],
  ])("with %s is refused", async (_name, document) => {
    const { admin } = await newOrg();
    expect((await admin.post("/api/policy", { basedOn: 0, document, reason: "Try." })).status).toBe(400);
    expect((await policyOf(admin)).version).toBe(0);
  });

  test("of another organization or its tenant is not there, for reading or saving [S5]", async () => {
    const [mine, other] = [await newOrg(), await newOrg()];
    expect((await mine.admin.get(`/api/policy?orgId=${other.org.id}`)).status).toBe(404);
    expect((await mine.admin.get(`/api/policy?tenantId=${other.tenant.id}`)).status).toBe(404);
    const saved = await mine.admin.post("/api/policy", {
      tenantId: other.tenant.id,
      basedOn: 0,
      document: {},
      reason: "x",
    });
    expect(saved.status).toBe(404);
    expect((await policyOf(other.admin, `?tenantId=${other.tenant.id}`)).version).toBe(0);
  });

  test("is shown to an analyst by organization, and his look is audited [S7]", async () => {
    const { org } = await newOrg();
    expect((await analyst.get("/api/policy")).status).toBe(400);
    expect((await policyOf(analyst, `?orgId=${org.id}`)).may).toMatchObject({
      change: false,
      stop: true,
      release: false,
    });
    expect((await auditOf(org.id)).map((row) => `${row.action} ${row.object}`)).toEqual(["analyst.look policy"]);
  });
});

describe("the kill switch [S46]", () => {
  test("is one click for anybody who may remediate, is seen on every page, and only an Admin with a reason lets go", async () => {
    const { admin, member, org, bossEmail } = await newOrg();
    const turn = (who: Person, input: object) => who.post("/api/policy/kill-switch", input);
    expect((await turn(member, { isOn: true })).status).toBe(200);
    const me = await bodyOf<ViewerView>(await admin.get("/api/me"));
    expect(me.killSwitch).not.toBeNull();
    expect((await turn(member, { isOn: false, reason: "Let me" })).status).toBe(403);
    expect((await turn(analyst, { orgId: org.id, isOn: false, reason: "Let me" })).status).toBe(403);
    expect((await turn(admin, { isOn: false, reason: " " })).status).toBe(400);
    expect((await bodyOf<ViewerView>(await admin.get("/api/me"))).killSwitch).not.toBeNull();
    expect((await turn(admin, { isOn: false, reason: "The wrong rule is gone." })).status).toBe(202);
    expect((await bodyOf<ViewerView>(await admin.get("/api/me"))).killSwitch).not.toBeNull();
    const other = await rig.make.member(org.id, { role: "admin" });
    const secondAdmin = await rig.signIn(other);
    const [word] = await bodyOf<{ id: string }[]>(await secondAdmin.get("/api/second-words"));
    const answer = (who: Person) => who.post(`/api/second-words/${word?.id}/answer`, { agree: true });
    expect((await answer(admin)).status).toBe(403);
    expect((await answer(member)).status).toBe(403);
    expect((await answer(secondAdmin)).status).toBe(200);
    expect((await bodyOf<ViewerView>(await admin.get("/api/me"))).killSwitch).toBeNull();
    expect((await auditOf(org.id)).map((row) => row.action)).toEqual([
      "kill-switch.on",
      "second-word.ask",
      "second-word.agree",
      "kill-switch.off",
    ]);
    const told = (await mailsOf(org.id)).map((mail) => mail.recipient);
    expect(told.toSorted()).toEqual([bossEmail, bossEmail, other.email].toSorted());
  });

  test("is told to every open page of the organization at the moment it is thrown, not to a guest or a stranger", async () => {
    const { org, tenant, admin, member } = await newOrg();
    const guest = await rig.make
      .member(org.id, { role: "external-guest", tenantIds: [tenant.id] })
      .then((one) => rig.signIn(one));
    const stranger = (await newOrg()).admin;
    const incident = await rig.make.incident(await rig.make.account(tenant));
    const abort = new AbortController();
    const listen = async (who: Person, path: string) => {
      const answer = await who.get(path, { signal: abort.signal });
      const heard: string[] = [];
      const read = async () => {
        for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
          heard.push(Buffer.from(chunk).toString());
      };
      read().catch(() => {});
      return () => heard.join("");
    };
    const inside = [await listen(member, "/api/stream"), await listen(member, `/api/incidents/${incident.id}/stream`)];
    const outside = [await listen(guest, "/api/stream"), await listen(stranger, "/api/stream")];
    expect((await admin.post("/api/policy/kill-switch", { isOn: true })).status).toBe(200);
    for (const heard of inside) await expect.poll(heard).toContain('"of":"kill_switches"');
    expect(outside.map((heard) => heard()).join("")).not.toContain("kill_switches");
    abort.abort();
  });

  test("of one tenant stops that tenant alone, and says so", async () => {
    const { admin, tenant, org } = await newOrg();
    expect((await admin.post("/api/policy/kill-switch", { tenantId: tenant.id, isOn: true })).status).toBe(200);
    const { killSwitch } = await bodyOf<ViewerView>(await admin.get("/api/me"));
    expect(killSwitch?.tenants).toEqual([{ id: tenant.id, name: tenant.name }]);
    expect((await policyOf(admin)).killSwitch).toBeNull();
    expect((await policyOf(admin, `?tenantId=${tenant.id}`)).killSwitch).toMatchObject({ isOn: true });
    const foreign = (await newOrg()).tenant;
    expect((await admin.post("/api/policy/kill-switch", { tenantId: foreign.id, isOn: true })).status).toBe(404);
    expect((await auditOf(org.id)).map((row) => row.tenantId)).toContain(tenant.id);
  });

  test("turned twice is turned once, and an analyst may pull it for any organization", async () => {
    const { org, admin } = await newOrg();
    const pull = () => analyst.post("/api/policy/kill-switch", { orgId: org.id, isOn: true });
    await Promise.all([pull(), pull(), pull()]);
    expect((await policyOf(admin)).killSwitch).toMatchObject({
      isOn: true,
      by: { kind: "analyst", name: "Noor Vasquez" },
    });
    expect((await auditOf(org.id)).filter((row) => row.action === "kill-switch.on")).toHaveLength(1);
  });

  test("of another organization cannot be touched, and a guest is not told of it [S5]", async () => {
    const [mine, other] = [await newOrg(), await newOrg()];
    const answer = await mine.admin.post("/api/policy/kill-switch", { orgId: other.org.id, isOn: true });
    expect(answer.status).toBe(404);
    await other.admin.post("/api/policy/kill-switch", { isOn: true });
    const guest = await rig.make
      .member(other.org.id, { role: "external-guest", tenantIds: [other.tenant.id] })
      .then(rig.signIn);
    expect((await bodyOf<ViewerView>(await guest.get("/api/me"))).killSwitch).toBeNull();
  });
});

describe("an exception", () => {
  const travel = {
    kind: "expected-travel",
    startsAt: "2026-11-20T00:00:00.000Z",
    endsAt: "2026-11-28T00:00:00.000Z",
    reason: "Conference in Lisbon.",
  };

  test("names a known account, has an end within 90 days, is told to the Admins and ends on a click [S47]", async () => {
    const { admin, member, tenant, org } = await newOrg();
    const account = await rig.make.account(tenant, { upn: "Ana@client.example" });
    const make = (input: object) =>
      member.post("/api/policy/exceptions", {
        ...travel,
        tenantId: tenant.id,
        account: "ana@client.example",
        ...input,
      });
    expect((await make({ account: "nobody@client.example" })).status).toBe(400);
    expect((await make({ endsAt: "2027-03-01T00:00:00.000Z" })).status).toBe(400);
    expect((await make({ endsAt: "2026-11-19T00:00:00.000Z" })).status).toBe(400);
    expect((await make({ countries: ["PT"], addresses: ["203.0.113.9"] })).status).toBe(200);
    const [exception] = (await policyOf(admin)).exceptions;
    expect(exception).toMatchObject({
      account: { objectId: account.objectId },
      countries: ["PT"],
      reason: travel.reason,
    });
    expect(await mailsOf(org.id)).toHaveLength(1);
    expect((await member.post(`/api/policy/exceptions/${exception?.id}/end`, {})).status).toBe(200);
    expect((await policyOf(admin)).exceptions).toEqual([]);
    expect((await member.post(`/api/policy/exceptions/${exception?.id}/end`, {})).status).toBe(404);
  });

  test("cannot be made in or taken from another organization's tenant [S5]", async () => {
    const [mine, other] = [await newOrg(), await newOrg()];
    await rig.make.account(other.tenant, { upn: "bea@other.example" });
    const input = { ...travel, tenantId: other.tenant.id, account: "bea@other.example" };
    expect((await mine.admin.post("/api/policy/exceptions", input)).status).toBe(404);
    await other.admin.post("/api/policy/exceptions", input);
    const [exception] = (await policyOf(other.admin)).exceptions;
    expect((await mine.admin.post(`/api/policy/exceptions/${exception?.id}/end`, {})).status).toBe(404);
    expect((await policyOf(other.admin)).exceptions).toHaveLength(1);
  });
});

describe("the queue", () => {
  const asked = {
    cause: "table" as const,
    reason: "The account is a VIP: by policy two people must agree.",
    policyVersion: "2026-11-21+o1",
    dueAt: "2026-11-20T12:30:00.000Z",
    otherwise: "ask-another" as const,
    reconsiderAt: null,
    decidedAt: "2026-11-20T11:00:00.000Z",
    confidence: 0.9,
    accountKinds: ["vip" as const],
    exceptionId: null,
    escalatedAt: null,
  };
  async function waiting(
    severity: "high" | "low",
    decision: { answer: "two" | "never"; would: "auto" | null; waitingSince: string | null },
  ) {
    const { org, tenant } = await newOrg();
    const incident = await rig.make.incident(await rig.make.account(tenant), { severity });
    const isShadow = decision.would !== null;
    await rig.make.orm
      .update(incidentSteps)
      .set({
        state: isShadow ? "waiting" : "awaiting-approval",
        authority: decision.answer,
        policyVersion: asked.policyVersion,
        decision: { ...asked, ...decision },
        reason: isShadow ? null : asked.reason,
      })
      .where(eq(incidentSteps.incidentId, incident.id));
    return { org, tenant, incident };
  }
  const list = async () => bodyOf<QueueItem[]>(await analyst.get("/api/queue"));

  test("shows what is lost by waiting first, how long it may wait, who has agreed, and shadow mode's last", async () => {
    const shadow = await waiting("high", { answer: "never", would: "auto", waitingSince: null });
    const low = await waiting("low", { answer: "two", would: null, waitingSince: "2026-11-20T10:00:00.000Z" });
    const high = await waiting("high", { answer: "two", would: null, waitingSince: "2026-11-20T11:59:00.000Z" });
    await rig.make.orm.insert(approvals).values({
      orgId: high.org.id,
      tenantId: high.tenant.id,
      incidentId: high.incident.id,
      stepId: "revoke-and-lock",
      planVersion: high.incident.planVersion,
      memberId: analystId,
      by: { kind: "analyst", memberId: analystId, name: "Noor Vasquez" },
      commandId: crypto.randomUUID(),
      at: "2026-11-20T11:59:30.000Z",
    });
    const ours = (await list()).filter(
      (item) =>
        item.step === "revoke-and-lock" && [shadow, low, high].some((one) => one.incident.id === item.incident.id),
    );
    expect(ours.map((item) => item.incident.id)).toEqual([high.incident.id, low.incident.id, shadow.incident.id]);
    expect(ours[0]).toMatchObject({
      needs: 2,
      agreed: [analystId],
      dueAt: asked.dueAt,
      otherwise: "ask-another",
      would: null,
      policyVersion: asked.policyVersion,
    });
    expect(ours[2]).toMatchObject({ would: "auto" });
  });

  test("the same person's second word is refused, another's is not [D19]", async () => {
    const { org, tenant, incident } = await waiting("high", {
      answer: "two",
      would: null,
      waitingSince: "2026-11-20T11:50:00.000Z",
    });
    await rig.make.orm.insert(approvals).values({
      orgId: org.id,
      tenantId: tenant.id,
      incidentId: incident.id,
      stepId: "revoke-and-lock",
      planVersion: incident.planVersion,
      memberId: analystId,
      by: { kind: "analyst", memberId: analystId, name: "Noor Vasquez" },
      commandId: crypto.randomUUID(),
      at: "2026-11-20T11:55:00.000Z",
    });
    const approve = (who: Person) =>
      who.post(`/api/incidents/${incident.id}/commands`, {
        commandId: crypto.randomUUID(),
        planVersion: incident.planVersion,
        input: { kind: "approve", step: "revoke-and-lock" },
      });
    const again = await approve(analyst);
    expect(again.status).toBe(409);
    expect(((await again.json()) as { detail: string }).detail).toMatch(/another person/);
    expect((await approve(second)).status).toBe(202);
  });

  test("an item is in one analyst's hands until it is handed back or taken over, and the MSP sees who had it [S7]", async () => {
    const { incident, org } = await waiting("high", {
      answer: "two",
      would: null,
      waitingSince: "2026-11-20T11:50:00.000Z",
    });
    const claim = (who: Person, wish: string) => who.post(`/api/queue/${incident.id}/claim`, { claim: wish });
    expect((await claim(analyst, "take")).status).toBe(200);
    expect((await claim(second, "take")).status).toBe(409);
    expect((await claim(second, "release")).status).toBe(409);
    expect((await list()).find((item) => item.incident.id === incident.id)?.claim?.name).toBe("Noor Vasquez");
    expect((await claim(second, "take-over")).status).toBe(200);
    expect((await claim(second, "release")).status).toBe(200);
    expect((await list()).find((item) => item.incident.id === incident.id)?.claim).toBeNull();
    const kinds = (await auditOf(org.id)).map((row) => row.action);
    expect(kinds.filter((action) => action.startsWith("queue."))).toEqual([
      "queue.claim",
      "queue.claim",
      "queue.release",
    ]);
    expect(kinds).toContain("analyst.look");
  });
});
