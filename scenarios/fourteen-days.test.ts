import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandView, TenantRow } from "#domain/view/portal.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { stepOf, type Truth } from "./truth.ts";

const DAY_MS = 86_400_000;

let house: House;
let admin: Person;
let prospect: { cloud: CloudTenant; id: string };
let client: { cloud: CloudTenant; id: string };
let incidentId: string;

const tenant = async (id: string) => (await house.ask<TenantRow>(`/api/tenants/${id}`, { as: admin })).body;
const onboard = async (story: string, seed: number, isScanOnly: boolean) => {
  const cloud = await house.cloudTenant(story, seed);
  return { cloud, id: await house.onboard(admin, cloud, { isScanOnly, responseEnabled: false }) };
};
const victim = async () => {
  const { users } = await house.truth<Truth>(`/truth/tenants/${prospect.cloud.tenantId}`);
  const user = users.find((u) => u.objectId === prospect.cloud.victim?.objectId);
  if (!user) throw new Error("The victim is not in the truth.");
  return user;
};
const eventsOf = async (id: string): Promise<number> => {
  const [row] = await house.sql`select count(*)::int as n from events where tenant_id = ${id}`;
  return Number(row?.n);
};

beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  await house.factories.notificationMethod(org.id, { address: "oncall@northgate.example" });
  admin = await house.person(org.id, { role: "admin" });
  prospect = await onboard("aitm-mail-rule", 31, true);
  client = await onboard("quiet", 32, false);
}, 240_000);
afterAll(() => house?.close());

describe("fourteen days, moved on the simulator's clock, on ours and on Temporal's", () => {
  it("a scan-only tenant is watched like any other in its 14 days, from the end of the scan on [R28] [R35]", async () => {
    const before = await tenant(prospect.id);
    expect(before.isScanOnly).toBe(true);
    const [row] = await house.sql`select scan_completed_at as at from tenants where id = ${prospect.id}`;
    expect(Date.parse(before.trialEndsAt ?? "") - new Date(row?.at).getTime()).toBe(14 * DAY_MS);
    await house.attack(prospect.cloud.tenantId);
    const [card] = await until("the incident", async () => {
      const list = await house.incidents(admin, prospect.id);
      return list.length > 0 && list;
    });
    incidentId = card?.id ?? "";
    const published = await house.order(admin, incidentId, { kind: "publish" });
    expect(published.command).toMatchObject({ state: "done" });
  });

  it("one test moves all three clocks by fourteen days: scan-only pauses by itself, the other becomes active [R28] [R36] [D23]", async () => {
    await house.moveClocks(14 * DAY_MS, [prospect.id, client.id]);
    const paused = await until("it pauses", async () => {
      const row = await tenant(prospect.id);
      return row.phase === "paused" && row;
    });
    expect(paused.pausedReason).toContain("scan-only");
    await until("it is active", async () => (await tenant(client.id)).phase === "active");
    const moved = Date.parse(paused.pausedAt ?? "") - Date.now();
    expect(moved).toBeGreaterThan(13.9 * DAY_MS);
    const { now } = (await (await fetch(`${house.simulator.adminUrl}/admin/clock`)).json()) as { now: string };
    expect(Math.abs(Date.parse(now) - Date.parse(paused.pausedAt ?? ""))).toBeLessThan(10 * 60_000);
  });

  it("trial expiry never blocks remediation: a paused tenant's open incident can still be remediated [R44]", async () => {
    expect((await victim()).accountEnabled).toBe(true);
    const lock = await house.order(admin, incidentId, { kind: "run-step", step: "revoke-and-lock" });
    expect(lock.command).toMatchObject({ state: "done" });
    expect((await victim()).accountEnabled).toBe(false);
    await until("the lock is verified", async () => {
      const seen = await house.incident(admin, incidentId);
      return stepOf(seen, "revoke-and-lock").state === "verified";
    });
    expect((await tenant(prospect.id)).phase).toBe("paused");
  });

  it("nothing is collected while it is paused, and resuming reads what was missed [R46]", async () => {
    await house.admin(`/admin/tenants/${prospect.cloud.tenantId}/work`);
    await house.moveClocks(30 * 60_000, []);
    const before = await eventsOf(prospect.id);
    await new Promise((done) => setTimeout(done, 2_000));
    expect(await eventsOf(prospect.id)).toBe(before);
    const commandId = crypto.randomUUID();
    const sent = await house.ask<CommandView>(`/api/tenants/${prospect.id}/commands`, {
      as: admin,
      method: "POST",
      body: { commandId, input: { kind: "resume" } },
    });
    expect(sent.status).toBe(202);
    await until("it is active again", async () => (await tenant(prospect.id)).phase === "active");
    await until("the records of the pause", async () => (await eventsOf(prospect.id)) > before);
  });
});
