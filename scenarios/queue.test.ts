import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { QueueItem } from "#domain/view/portal.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { type Effect, stepOf, type Truth } from "./truth.ts";

let house: House;
let admin: Person;
let analyst: Person;
let cloud: CloudTenant;
let incidentId: string;

const victim = async () =>
  (await house.truth<Truth>(`/truth/tenants/${cloud.tenantId}`)).users.find(
    (u) => u.objectId === cloud.victim?.objectId,
  );
const queue = async (): Promise<QueueItem[]> => (await house.ask<QueueItem[]>("/api/queue", { as: analyst })).body;

beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  admin = await house.person(org.id, { role: "admin" });
  analyst = await house.person(null);
  cloud = await house.cloudTenant("aitm-mail-rule", 21);
  const tenantId = await house.onboard(admin, cloud, { responseEnabled: true });
  const named = await house.ask(`/api/tenants/${tenantId}/emergency-accounts`, {
    as: admin,
    method: "POST",
    body: { account: cloud.victim?.upn, reason: "The second key, in the owner's safe." },
  });
  expect(named.status).toBe(200);
  await house.attack(cloud.tenantId);
  const [card] = await until("the incident", async () => {
    const list = await house.incidents(admin, tenantId);
    return list.length > 0 && list;
  });
  incidentId = card?.id ?? "";
}, 240_000);
afterAll(() => house?.close());

describe("an emergency account under attack, Response on", () => {
  it("is never locked automatically: an analyst of the operator finds it in the queue, with what would happen [S44] [D10]", async () => {
    const item = await until("it waits in the queue", async () =>
      (await queue()).find((entry) => entry.incident.id === incidentId && entry.step === "revoke-and-lock"),
    );
    expect(item.reason).toMatch(/emergency/);
    expect(item.evidence.length).toBeGreaterThan(0);
    expect((await victim())?.accountEnabled).toBe(true);
    const { effects } = await house.truth<{ effects: Effect[] }>(`/truth/effects?tenantId=${cloud.tenantId}`);
    expect(effects.filter((e) => e.changed && e.path.includes(cloud.victim?.objectId ?? "-"))).toEqual([]);
  });

  it("a member of the MSP cannot approve in the analyst's place, and does not see the queue", async () => {
    expect((await house.ask("/api/queue", { as: admin })).status).toBe(403);
    const tried = await house.order(admin, incidentId, { kind: "approve", step: "revoke-and-lock" });
    expect(tried.status).toBeGreaterThanOrEqual(400);
    expect((await victim())?.accountEnabled).toBe(true);
  });

  it("is locked once the analyst approves, and his look and word stand in the audit the MSP sees [S7]", async () => {
    const approved = await house.order(analyst, incidentId, {
      kind: "approve",
      step: "revoke-and-lock",
      reason: "Second emergency account is held by the owner.",
    });
    expect(approved.command).toMatchObject({ state: "done" });
    const seen = await until("the lock is verified", async () => {
      const incident = await house.incident(admin, incidentId);
      return stepOf(incident, "revoke-and-lock").state === "verified" && incident;
    });
    expect((await victim())?.accountEnabled).toBe(false);
    expect(seen.audit.some((entry) => entry.action === "analyst.look")).toBe(true);
    expect((await queue()).some((entry) => entry.step === "revoke-and-lock" && entry.incident.id === incidentId)).toBe(
      false,
    );
  });
});
