import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DrillDebrief, DrillView } from "#domain/view/drill.ts";
import type { HomeView, TenantRow } from "#domain/view/portal.ts";
import { hasBrowser, openPortal, type PortalBrowser } from "./browser.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import type { Effect } from "./truth.ts";

const canBrowse = hasBrowser();
let house: House;
let admin: Person;
let real: CloudTenant;
let realId: string;
let portal: PortalBrowser;
let id: string;

const see = async () =>
  (await house.ask<DrillView & { debrief: DrillDebrief }>(`/api/drills/${id}`, { as: admin })).body;
const effects = async (tenantId?: string) =>
  (await house.truth<{ effects: (Effect & { tenantId: string })[] }>("/truth/effects")).effects.filter(
    (one) => tenantId === undefined || one.tenantId === tenantId,
  );
const drillTenant = async () => (await house.ask<TenantRow>(`/api/tenants/${id}`, { as: admin })).body;

beforeAll(async () => {
  if (!canBrowse) return;
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  await house.factories.notificationMethod(org.id, { address: "oncall@northgate.example" });
  admin = await house.person(org.id, { role: "admin" });
  real = await house.cloudTenant("quiet", 31);
  realId = await house.onboard(admin, real, { responseEnabled: true });
  portal = await openPortal(house, admin);
}, 300_000);
afterAll(async () => {
  await portal?.browser.close();
  await house?.close();
});

describe.runIf(canBrowse)("a drill from the portal", () => {
  test("begins with a story of one's choice, as a tenant that says everywhere that it is a drill", async () => {
    const { page } = portal;
    await page.goto(`${house.base}/drills`);
    await page.getByRole("combobox", { name: "Story" }).selectOption("aitm-mail-rule");
    await page.getByRole("radio", { name: /^On/ }).check();
    await page.getByRole("button", { name: "Begin a drill" }).click();
    await page.waitForURL(/\/drills\/[0-9a-f-]{36}$/);
    id = page.url().split("/").at(-1) ?? "";
    await until("the drill is ready", async () => (await see()).state === "ready", 120);
    expect(await drillTenant()).toMatchObject({ isDrill: true, name: expect.stringMatching(/^DRILL: /) });
  });

  test("its attack becomes an incident that is contained, and the page tells what was done and how long it took", async () => {
    const { page } = portal;
    await page.getByRole("button", { name: "Begin the attack" }).click();
    const incident = await until(
      "contained",
      async () => (await see()).debrief.incidents.find((one) => one.containedAt !== null),
      120,
    );
    await page.goto(`${house.base}/incidents/${incident.id}`);
    await page.getByText("Drill", { exact: true }).first().waitFor();
    await page.goto(`${house.base}/drills/${id}`);
    await page.getByRole("button", { name: "End the drill" }).click();
    await until("the drill is over", async () => (await see()).state === "ended");
    const { debrief } = await see();
    expect(debrief.incidents[0]).toMatchObject({ secondsToContain: expect.any(Number) });
    expect(debrief.incidents[0]?.missed.length).toBeGreaterThan(0);
    const times = debrief.timeline.map((line) => line.at);
    expect(times).toEqual(times.toSorted());
    expect(debrief.timeline.some((line) => line.who === "Petra Response")).toBe(true);
    await page.getByRole("heading", { name: "What was missed" }).waitFor();
    expect(portal.complaints).toEqual([]);
  });

  test("only the person who trains is told, and each mail says that it is a drill", async () => {
    const mails = await until("a mail", () => Promise.resolve(house.mail.messages.length > 0 && house.mail.messages));
    const about = mails.filter((mail) => mail.subject !== "Petra Scan Complete");
    expect(about.length).toBeGreaterThan(0);
    for (const mail of about) {
      expect(mail.subject).toMatch(/^DRILL: /);
      expect(mail.to?.map((one) => one.address)).toEqual([admin.email]);
    }
  });

  test("it counts in no figure of the organization and stands in no list of it", async () => {
    const home = (await house.ask<HomeView>("/api/home", { as: admin })).body;
    expect(home).toMatchObject({ active: [], badge30d: 0 });
    expect(home.tenants.map((tenant) => tenant.id)).toEqual([realId]);
    const usage = (await house.ask<{ totalTenants: number }>("/api/usage", { as: admin })).body;
    expect(usage.totalTenants).toBe(1);
    const latency = (await house.ask<{ all: { incidents: number } }>("/api/latency", { as: admin })).body;
    expect(latency.all.incidents).toBe(0);
    expect((await house.ask<unknown[]>("/api/incidents", { as: admin })).body).toEqual([]);
  });

  test("nothing was written to any other tenant, and no call can name one that is no drill", async () => {
    const { microsoftTenantId } = await drillTenant();
    const written = await effects();
    expect(written.filter((one) => one.tenantId === microsoftTenantId).length).toBeGreaterThan(0);
    const onboarding = ["create group", "create conditional access policy"];
    const elsewhere = written.filter((one) => one.tenantId !== microsoftTenantId);
    expect(elsewhere.filter((one) => !onboarding.includes(one.effect))).toEqual([]);
    const before = (await effects(real.tenantId)).length;
    for (const what of ["attack", "end", "discard"])
      expect((await house.ask(`/api/drills/${realId}/${what}`, { as: admin, method: "POST", body: {} })).status).toBe(
        404,
      );
    expect((await effects(real.tenantId)).length).toBe(before);
    const stranger = await house.person((await house.factories.org()).id, { role: "admin" });
    expect((await house.ask(`/api/drills/${id}`, { as: stranger })).status).toBe(404);
    expect((await house.ask(`/api/drills/${id}/discard`, { as: stranger, method: "POST", body: {} })).status).toBe(404);
    expect((await house.truth<{ violations: unknown[] }>("/truth/violations")).violations).toEqual([]);
  });

  test("thrown away, its company is gone here and in the simulated cloud", async () => {
    const { microsoftTenantId } = await drillTenant();
    const { page } = portal;
    await page.goto(`${house.base}/drills/${id}`);
    await page.getByRole("button", { name: "Throw it away" }).click();
    await page.waitForURL(/\/drills$/);
    expect((await house.ask(`/api/drills/${id}`, { as: admin })).status).toBe(404);
    await until("the company is gone", async () => (await drillTenant()).phase === undefined);
    expect(house.simulator.world.tenants.get(microsoftTenantId ?? "")?.gone).toBe(true);
    expect(house.simulator.world.tenants.get(real.tenantId)?.gone).toBe(false);
  });
});
