import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandView, IncidentView } from "#domain/view/portal.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { type Effect, stepOf, type Truth } from "./truth.ts";

let house: House;
let admin: Person;
let cloud: CloudTenant;
let tenantId: string;
let incidentId: string;

const see = (): Promise<IncidentView> => house.incident(admin, incidentId);
const truth = (): Promise<Truth> => house.truth<Truth>(`/truth/tenants/${cloud.tenantId}`);
const writes = async (): Promise<Effect[]> =>
  (await house.truth<{ effects: Effect[] }>(`/truth/effects?tenantId=${cloud.tenantId}`)).effects.filter(
    (e) => e.changed,
  );
const victim = async () => (await truth()).users.find((u) => u.objectId === cloud.victim?.objectId)!;

beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  await house.factories.notificationMethod(org.id, { address: "oncall@northgate.example" });
  admin = await house.person(org.id, { role: "admin" });
  cloud = await house.cloudTenant("spray-forward-connector", 7);
  tenantId = await house.onboard(admin, cloud, { responseEnabled: false });
}, 240_000);
afterAll(() => house?.close());

describe("a sprayed password on a synced account, Response off", () => {
  let onboarding = 0;

  it("raises the incident unpublished; the notification goes out and nothing runs by itself [R76] [R78] [R80]", async () => {
    onboarding = (await writes()).length;
    await house.attack(cloud.tenantId);
    const [card] = await until("the incident", async () => {
      const list = await house.incidents(admin, tenantId);
      return list.length > 0 && list;
    });
    incidentId = card!.id;
    expect(card).toMatchObject({ isPublished: false, status: "open" });
    await until("the mail", async () => house.mail.messages.length > 0);
    await new Promise((done) => setTimeout(done, 2_000));
    expect((await writes()).length).toBe(onboarding);
    expect((await victim()).accountEnabled).toBe(true);
  });

  it("requires publishing before the first step [R81] [R82]", async () => {
    const early = await house.order(admin, incidentId, { kind: "run-step", step: "revoke-and-lock" });
    expect(early.command).toMatchObject({ state: "refused" });
    expect((await writes()).length).toBe(onboarding);
    const published = await house.order(admin, incidentId, { kind: "publish" });
    expect(published.command).toMatchObject({ state: "done" });
    expect((await see()).isPublished).toBe(true);
  });

  it("steps cannot start out of order: no password reset while a way back in is open [R83] [R97]", async () => {
    const early = await house.order(admin, incidentId, { kind: "run-step", step: "reset-password" });
    expect(early.command).toMatchObject({ state: "refused" });
    expect((await see()).steps.find((s) => s.id === "reset-password")).toMatchObject({ allowed: false });
  });

  it("the same command sent twice runs once [L7]", async () => {
    const commandId = crypto.randomUUID();
    const [first, second] = await Promise.all([
      house.order(admin, incidentId, { kind: "run-step", step: "revoke-and-lock" }, commandId),
      house.order(admin, incidentId, { kind: "run-step", step: "revoke-and-lock" }, commandId),
    ]);
    expect(first.command).toMatchObject({ id: commandId, state: "done" });
    expect(second.command).toMatchObject({ id: commandId, state: "done" });
    const disables = (await writes()).filter((e) => e.method === "PATCH" && e.path.includes(cloud.victim!.objectId));
    expect(disables.length).toBe(1);
  });

  it("a synced account's lock holds though synchronisation enables the account, and it is locked again as soon as the sync account's record says so [R85]", async () => {
    await until("the lock", async () => stepOf(await see(), "revoke-and-lock").state === "verified");
    await house.admin(`/admin/tenants/${cloud.tenantId}/sync`);
    expect((await victim()).accountEnabled).toBe(true);
    const what = ["refresh-token", "password-sign-in"];
    const { tries } = (await house.admin(`/admin/tenants/${cloud.tenantId}/attacker/act`, { what })) as {
      tries: { succeeded: boolean; result: string }[];
    };
    expect(tries.map((one) => one.succeeded)).toEqual([false, false]);
    // The lock's own turn comes once a minute: this is sooner.
    await until("locked again", async () => !(await victim()).accountEnabled);
    await until("it is told", async () => (await see()).audit.some((a) => a.action === "lock.reasserted"));
    expect(stepOf(await see(), "revoke-and-lock").state).toBe("verified");
  });

  it("takes the forwarding and the connector away, one order each [R94] [R95] [R96]", async () => {
    const done = await house.order(admin, incidentId, { kind: "run-step", step: "disable-persistence" });
    expect(done.command).toMatchObject({ state: "done" });
    const seen = await see();
    expect(seen.artifacts.filter((a) => a.byAttacker && a.state === "active")).toEqual([]);
    expect((await victim()).mailbox?.forwardingSmtpAddress).toBeNull();
  });

  it("a synced account's password is never claimed reset without proof or a named person's word [D4]", async () => {
    await house.order(admin, incidentId, { kind: "run-step", step: "reset-password" });
    expect(stepOf(await see(), "reset-password").state).not.toBe("verified");
    const word = await house.order(admin, incidentId, {
      kind: "attest-password",
      reason: "Reset on-premises by Dana, 09:14.",
    });
    expect(word.command).toMatchObject({ state: "done" });
    expect(stepOf(await see(), "reset-password").state).toBe("verified");
  });

  it("a command sent while no worker is up is carried out when one returns [L7]", async () => {
    await house.killWorker();
    const commandId = crypto.randomUUID();
    const { planVersion } = await see();
    const sent = await house.ask<CommandView>(`/api/incidents/${incidentId}/commands`, {
      as: admin,
      method: "POST",
      body: { commandId, planVersion, input: { kind: "run-step", step: "reenable-account", handedOver: true } },
    });
    expect(sent.status).toBe(202);
    expect(sent.body.state).toBe("sent");
    await house.startWorker();
    await until(
      "it is carried out",
      async () => {
        const { body } = await house.ask<CommandView>(`/api/commands/${commandId}`, { as: admin });
        return body.state === "done";
      },
      90,
    );
    expect((await victim()).accountEnabled).toBe(true);
  });

  it("a foreign tenant's row answers 404, byte for byte like a random id [S5]", async () => {
    const other = await house.factories.org({ name: "Another MSP" });
    const stranger = await house.person(other.id, { role: "admin" });
    const foreign = await house.ask<string>(`/api/incidents/${incidentId}`, { as: stranger });
    const random = await house.ask<string>(`/api/incidents/${crypto.randomUUID()}`, { as: stranger });
    expect(foreign.status).toBe(404);
    const shape = (body: unknown) => JSON.stringify(body).replace(/[0-9a-f-]{36}/g, "ID");
    expect(shape(foreign.body)).toBe(shape(random.body));
  });
});
