import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PolicyView } from "#domain/view/policy.ts";
import type { IncidentView, QueueItem } from "#domain/view/portal.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { type Effect, stepOf, type Truth } from "./truth.ts";

let house: House;
let analyst: Person;
let second: Person;

beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
  analyst = await house.person(null, { name: "Noor Vasquez" });
  second = await house.person(null, { name: "Priya Nair" });
}, 240_000);
afterAll(() => house?.close());

type Scene = { admin: Person; orgId: string; cloud: CloudTenant; tenantId: string };

/** An organization of its own with one tenant under Response, its attack still to come. */
async function scene(seed: number, waitForScan = true): Promise<Scene> {
  const org = await house.factories.org();
  const admin = await house.person(org.id, { role: "admin" });
  const cloud = await house.cloudTenant("aitm-mail-rule", seed);
  const tenantId = await house.onboard(admin, cloud, { responseEnabled: true, waitForScan });
  return { admin, orgId: org.id, cloud, tenantId };
}
const post = async (who: Person, path: string, body: object) => {
  const answer = await house.ask<PolicyView>(path, { as: who, method: "POST", body });
  if (answer.status === 202) await house.agreeFor(who);
  else if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const save = async ({ admin, tenantId }: Scene, document: object) => {
  const { version } = (await house.ask<PolicyView>(`/api/policy?tenantId=${tenantId}`, { as: admin })).body;
  return post(admin, "/api/policy", { tenantId, basedOn: version, document, reason: "Agreed with the client." });
};
const victim = async ({ cloud }: Scene) => {
  const { users } = await house.truth<Truth>(`/truth/tenants/${cloud.tenantId}`);
  return users.find((user) => user.objectId === cloud.victim?.objectId);
};
/** What Petra changed in the tenant; the attacker's own acts are not in the list of effects. */
const effects = async ({ cloud }: Scene): Promise<Effect[]> =>
  (await house.truth<{ effects: Effect[] }>(`/truth/effects?tenantId=${cloud.tenantId}`)).effects.filter(
    (effect) => effect.changed,
  );
const attacked = async ({ admin, cloud, tenantId }: Scene): Promise<string> => {
  await house.attack(cloud.tenantId);
  const [card] = await until("the incident", async () => {
    const list = await house.incidents(admin, tenantId);
    return list.length > 0 && list;
  });
  return card?.id ?? "";
};
const lockOf = (incident: IncidentView) => stepOf(incident, "revoke-and-lock");
const queueItem = async (incidentId: string, step = "revoke-and-lock"): Promise<QueueItem | undefined> =>
  (await house.ask<QueueItem[]>("/api/queue", { as: analyst })).body.find(
    (item) => item.incident.id === incidentId && item.step === step,
  );
const waits = (id: string, step?: string) => until("it waits in the queue", () => queueItem(id, step));
const settled = () => new Promise((done) => setTimeout(done, 3_000));

describe("the kill switch", () => {
  it("stops the automatic lock at once, and a person's click still works [S46]", async () => {
    const at = await scene(51);
    await post(at.admin, "/api/policy/kill-switch", { isOn: true, reason: "A rule went wrong." });
    const before = await effects(at);
    const incidentId = await attacked(at);
    const item = await waits(incidentId);
    expect(item).toMatchObject({ org: { isStopped: true }, reason: expect.stringMatching(/kill switch is on/) });
    await settled();
    expect(await effects(at)).toEqual(before);
    expect((await victim(at))?.accountEnabled).toBe(true);

    const clicked = await house.order(at.admin, incidentId, { kind: "run-step", step: "revoke-and-lock" });
    expect(clicked.command).toMatchObject({ state: "done" });
    expect((await victim(at))?.accountEnabled).toBe(false);
    const seen = await house.incident(at.admin, incidentId);
    expect(stepOf(seen, "disable-persistence").state).toBe("awaiting-approval");
    expect(stepOf(seen, "disable-persistence").actions).toEqual([]);
    expect(seen.audit.some((row) => row.action === "policy.decided" && /kill switch/.test(row.text))).toBe(true);
  });

  it("switched on in the middle of a containment lets end what is in flight and stops all that follows, which waits for a person afterwards [S46]", async () => {
    const at = await scene(52);
    const moves = async () => (await effects(at)).filter(({ effect }) => effect === "move message").length;
    // Of the lock's two requests one takes long enough for the switch to come before anything that follows.
    await house.admin(`/admin/tenants/${at.cloud.tenantId}/faults`, {
      kind: "latency",
      ms: 4_000,
      match: { pathPattern: "revokeSignInSessions" },
    });
    await house.attack(at.cloud.tenantId);
    const [card] = await until("the incident", async () => {
      const list = await house.incidents(at.admin, at.tenantId);
      return list.length > 0 && list;
    });
    const incidentId = card?.id ?? "";
    await until("the lock is in flight", async () =>
      lockOf(await house.incident(at.admin, incidentId)).actions.some((action) => action.state === "sent"),
    );
    await post(at.admin, "/api/policy/kill-switch", { isOn: true, reason: "Stop." });
    const item = await waits(incidentId, "retract-phish");
    expect(item.reason).toMatch(/kill switch/);
    await settled();
    expect((await victim(at))?.accountEnabled).toBe(false);
    expect(await moves()).toBe(0);

    await post(at.admin, "/api/policy/kill-switch", { isOn: false, reason: "The rule is mended." });
    await settled();
    expect(await moves()).toBe(0);
    const approved = await house.order(analyst, incidentId, { kind: "approve", step: "retract-phish" });
    expect(approved.command).toMatchObject({ state: "done" });
    expect(await moves()).toBeGreaterThan(0);
  });
});

describe("shadow mode", () => {
  it("writes nothing, and the incident and the queue say what would have happened [S46]", async () => {
    const at = await scene(53);
    await save(at, { mode: "shadow" });
    const before = await effects(at);
    const incidentId = await attacked(at);
    const item = await waits(incidentId);
    expect(item).toMatchObject({ would: "auto", policyVersion: "2026-11-21+t1" });
    expect(item.wouldHappen.join(" ")).toMatch(/Disable the account/);
    await settled();
    expect(await effects(at)).toEqual(before);
    expect((await victim(at))?.accountEnabled).toBe(true);
    const seen = await house.incident(at.admin, incidentId);
    expect(lockOf(seen).decision).toMatchObject({
      answer: "never",
      would: "auto",
      reason: expect.stringMatching(/Shadow mode/),
    });
    expect(seen.audit.some((row) => row.action === "policy.would-have")).toBe(true);

    const clicked = await house.order(at.admin, incidentId, { kind: "run-step", step: "revoke-and-lock" });
    expect(clicked.command).toMatchObject({ state: "done" });
    expect((await victim(at))?.accountEnabled).toBe(false);
  });
});

describe("two people", () => {
  it("must be two: one word does nothing, the same person's second is refused, another's acts [D19]", async () => {
    const at = await scene(54);
    const objectId = at.cloud.victim?.objectId ?? "";
    const steps = { "revoke-and-lock": { answers: { vip: "two" } } };
    await save(at, { steps, marked: [{ objectId, kind: "vip", name: "Owner" }] });
    const incidentId = await attacked(at);
    const item = await waits(incidentId);
    expect(item).toMatchObject({ needs: 2, agreed: [], reason: expect.stringMatching(/VIP.*two people/) });
    const before = await effects(at);
    const approve = (who: Person) => house.order(who, incidentId, { kind: "approve", step: "revoke-and-lock" });

    const first = await approve(analyst);
    expect(first.command).toMatchObject({ state: "done", reason: expect.stringMatching(/another person/) });
    await settled();
    expect(await effects(at)).toEqual(before);
    expect((await waits(incidentId)).agreed).toEqual([analyst.memberId]);

    const again = await approve(analyst);
    expect(again.status).toBe(409);
    expect(await effects(at)).toEqual(before);

    const other = await approve(second);
    expect(other.command).toMatchObject({ state: "done" });
    expect((await victim(at))?.accountEnabled).toBe(false);
    expect((await effects(at)).length).toBeGreaterThan(before.length);
  });
});

describe("an exception", () => {
  it("silences the automatic act and says so, never the detection or the mail", async () => {
    const at = await scene(55);
    await house.ask("/api/settings/notifications", {
      as: at.admin,
      method: "POST",
      body: { address: `night-${at.tenantId}@msp.example` },
    });
    const day = 86_400_000;
    await post(at.admin, "/api/policy/exceptions", {
      tenantId: at.tenantId,
      kind: "expected-travel",
      account: at.cloud.victim?.upn,
      startsAt: new Date(Date.now() - day).toISOString(),
      endsAt: new Date(Date.now() + 7 * day).toISOString(),
      reason: "Conference in Lisbon.",
    });
    const before = await effects(at);
    const incidentId = await attacked(at);
    const item = await waits(incidentId);
    expect(item.reason).toMatch(/Expected travel until .* Conference in Lisbon\./);
    await settled();
    expect(await effects(at)).toEqual(before);
    await until("the mail", async () =>
      house.mail.messages.some((mail) => mail.to?.some((one) => one.address === `night-${at.tenantId}@msp.example`)),
    );
    expect(lockOf(await house.incident(at.admin, incidentId)).decision).toMatchObject({ cause: "exception" });
  });
});

describe("the console", () => {
  it("asks the MSP in the incident and by mail, hears the answer, and leaves a note and a mark [S7]", async () => {
    const at = await scene(57);
    const address = `desk-${at.tenantId}@msp.example`;
    await house.ask("/api/settings/notifications", { as: at.admin, method: "POST", body: { address } });
    await save(at, { steps: { "revoke-and-lock": { confidenceFloor: 1, belowFloor: "ask" } } });
    const incidentId = await attacked(at);
    await waits(incidentId);
    expect(
      (await house.ask(`/api/queue/${incidentId}/claim`, { as: analyst, method: "POST", body: { claim: "take" } }))
        .status,
    ).toBe(200);
    const question = "Is the owner in Lisbon this week?";
    expect((await house.order(analyst, incidentId, { kind: "ask-msp", question })).command).toMatchObject({
      state: "done",
    });
    await until("the question's mail", async () =>
      house.mail.messages.some(
        (mail) => mail.text?.includes(question) && mail.to?.some((one) => one.address === address),
      ),
    );
    const [asked] = (await house.incident(at.admin, incidentId)).questions;
    expect(asked).toMatchObject({ question, answer: null, by: { name: "Noor Vasquez" } });
    const answer = { kind: "answer-msp", questionId: asked?.id ?? "", answer: "No, at her desk." } as const;
    expect((await house.order(at.admin, incidentId, answer)).command).toMatchObject({ state: "done" });
    expect((await house.order(at.admin, incidentId, answer)).command).toMatchObject({ state: "failed" });
    expect((await waits(incidentId)).questions).toMatchObject([{ answer: "No, at her desk." }]);
    const note = "A stolen session from a hosting provider.";
    await house.order(analyst, incidentId, { kind: "set-note", note });
    await house.order(analyst, incidentId, { kind: "mark-notable", reason: "First of a campaign." });
    expect((await house.order(at.admin, incidentId, { kind: "set-note", note: "Mine." })).status).toBe(403);
    const seen = await house.incident(at.admin, incidentId);
    expect(seen).toMatchObject({ note, notable: { reason: "First of a campaign.", by: { name: "Noor Vasquez" } } });
    for (const action of ["msp.ask", "msp.answer", "incident.note", "incident.notable", "queue.claim", "analyst.look"])
      expect(
        seen.audit.some((row) => row.action === action),
        action,
      ).toBe(true);
  });
});

// The last one: it moves the clocks of everybody.
describe("the time limit of a question", () => {
  it("acts when nobody answered, and the incident says so", async () => {
    const at = await scene(56);
    const steps = { "revoke-and-lock": { answers: { ordinary: "ask", admin: "ask" } } };
    await save(at, { steps, approval: { minutes: 10, otherwise: "act" } });
    const incidentId = await attacked(at);
    const item = await waits(incidentId);
    expect(item).toMatchObject({ otherwise: "act", dueAt: expect.any(String) });
    await settled();
    expect((await victim(at))?.accountEnabled).toBe(true);
    await house.moveClocks(11 * 60_000, []);
    await until("Petra acts", async () => (await victim(at))?.accountEnabled === false);
    const seen = await house.incident(at.admin, incidentId);
    expect(lockOf(seen).decision).toMatchObject({ cause: "nobody-answered", answer: "auto" });
  });
});
