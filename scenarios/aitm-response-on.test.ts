import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IncidentView } from "#domain/view/portal.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { type Effect, stepOf, type Truth } from "./truth.ts";

let house: House;
let admin: Person;
let cloud: CloudTenant;
let tenantId: string;
let incidentId: string;

const see = (): Promise<IncidentView> => house.incident(admin, incidentId);
const truth = (): Promise<Truth> => house.truth<Truth>(`/truth/tenants/${cloud.tenantId}`);
const effects = async (): Promise<Effect[]> =>
  (await house.truth<{ effects: Effect[] }>(`/truth/effects?tenantId=${cloud.tenantId}`)).effects;
const victim = async () => (await truth()).users.find((u) => u.objectId === cloud.victim?.objectId)!;

beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  await house.factories.notificationMethod(org.id, { address: "oncall@northgate.example" });
  admin = await house.person(org.id, { role: "admin" });
  cloud = await house.cloudTenant("aitm-mail-rule", 11);
  tenantId = await house.onboard(admin, cloud, { responseEnabled: true });
}, 240_000);
afterAll(() => house?.close());

describe("a session stolen through a copied sign-in page, Response on", () => {
  it("starts a scan and monitoring when a tenant is onboarded, and finds no incident in ordinary work [R1] [R5] [R19]", async () => {
    expect(await house.incidents(admin, tenantId)).toEqual([]);
  });

  it("raises one incident for the account, as an active incident, once the attack happens [R31] [R58] [R60] [R76]", async () => {
    await house.attack(cloud.tenantId);
    const [card] = await until("the incident", async () => {
      const list = await house.incidents(admin, tenantId);
      return list.length > 0 && list;
    });
    expect(card).toMatchObject({ status: "open", isPublished: true, responseEnabled: true });
    expect(card?.account.upn.toLowerCase()).toBe(cloud.victim?.upn.toLowerCase());
    incidentId = card!.id;
  });

  it("locks the account and ends its sessions by itself, read back and proven [R32] [R72] [R84]", async () => {
    const seen = await until("step 1 verified", async () => {
      const i = await see();
      return stepOf(i, "revoke-and-lock").state === "verified" && i;
    });
    expect(seen.contained).toBe(true);
    expect(seen.clock.residualUntil).not.toBeNull();
    expect((await victim()).accountEnabled).toBe(false);
    const done = await effects();
    expect(done.some((e) => /revoke/i.test(e.path))).toBe(true);
  });

  it("retracts the phish and removes what the attacker left, without anybody's click [R72] [R74] [R86] [R94]", async () => {
    // A record that comes late brings another artifact after the steps were done; Response goes on with it by itself.
    await until("steps 2 and 3, and nothing of the attacker's left", async () => {
      const i = await see();
      const settled = ["verified", "not-applicable", "partly"];
      const left = i.artifacts.filter((artifact) => artifact.byAttacker && artifact.state === "active");
      return (
        settled.includes(stepOf(i, "retract-phish").state) &&
        settled.includes(stepOf(i, "disable-persistence").state) &&
        left.length === 0
      );
    });
    expect((await see()).artifacts.some((artifact) => artifact.byAttacker)).toBe(true);
    expect((await victim()).mailbox?.rules.filter((r) => r.displayName === ".")).toEqual([]);
  });

  it("tells the configured address by mail, with no password in it [R76]", async () => {
    await until("the mail", async () =>
      house.mail.messages.some((m) => m.to?.some((t) => t.address === "oncall@northgate.example")),
    );
  });

  it("leaves resetting, re-enabling and closing to people [R74] [R98]", async () => {
    const before = await see();
    for (const step of ["reset-password", "reenable-account", "mark-remediated"] as const)
      expect(["waiting"]).toContain(stepOf(before, step).state);
    const reset = await house.order(admin, incidentId, { kind: "run-step", step: "reset-password" });
    expect(reset.command).toMatchObject({ state: "done" });
  });

  it("shows the new password once, to the person who ordered it, and nowhere else [R98] [S40]", async () => {
    const secret = await until("the sealed password", async () => (await see()).password ?? undefined);
    const reveal = () =>
      house.ask<{ password?: string }>(`/api/incidents/${incidentId}/password/reveal`, {
        as: admin,
        method: "POST",
        body: { secretId: secret.secretId },
      });
    const first = await reveal();
    expect(first.body.password?.length).toBeGreaterThanOrEqual(16);
    expect((await reveal()).status).toBeGreaterThanOrEqual(400);
    const dump =
      JSON.stringify(await house.sql`select to_jsonb(a) from actions a`) +
      JSON.stringify(await house.sql`select to_jsonb(c) from commands c`);
    expect(dump).not.toContain(first.body.password);
    expect(house.logs().api + house.logs().worker).not.toContain(first.body.password);
  });

  it("re-enables only after the question whether the password was handed over [R100]", async () => {
    const early = await house.order(admin, incidentId, {
      kind: "run-step",
      step: "reenable-account",
      handedOver: false,
    });
    expect(["refused"]).toContain(early.command.state ?? "refused");
    const done = await house.order(admin, incidentId, { kind: "run-step", step: "reenable-account", handedOver: true });
    expect(done.command).toMatchObject({ state: "done" });
    expect((await victim()).accountEnabled).toBe(true);
  });

  it("closes as Remediated, stays in the list and can be opened again [R68] [R101] [R103]", async () => {
    await until("every step green", async () => stepOf(await see(), "reenable-account").state === "verified");
    const closed = await house.order(admin, incidentId, { kind: "mark-remediated", reasons: {} });
    expect(closed.command).toMatchObject({ state: "done" });
    expect(await house.incidents(admin, tenantId)).toMatchObject([{ id: incidentId, status: "remediated" }]);
  });

  it("wrote nothing to the tenant that no rule allows [S43]", async () => {
    const { violations } = await house.truth<{ violations: unknown[] }>(`/truth/violations?tenantId=${cloud.tenantId}`);
    expect(violations).toEqual([]);
  });
});
