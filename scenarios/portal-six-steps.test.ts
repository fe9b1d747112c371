import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IncidentView } from "#domain/view/portal.ts";
import { chromiumPath, launchBrowser } from "../web/browser.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { stepOf, type Truth } from "./truth.ts";

const hasBrowser = chromiumPath() !== undefined;
if (!hasBrowser)
  console.warn("No Chromium found: the six steps in the browser are left out (apt-get install chromium).");

let house: House;
let admin: Person;
let cloud: CloudTenant;
let incidentId: string;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

const see = (): Promise<IncidentView> => house.incident(admin, incidentId);
const victim = async () => {
  const truth = await house.truth<Truth>(`/truth/tenants/${cloud.tenantId}`);
  const user = truth.users.find((one) => one.objectId === cloud.victim?.objectId);
  if (!user) throw new Error("The victim is not in the truth.");
  return user;
};
const settled = (step: Parameters<typeof stepOf>[1]) =>
  until(
    `${step} is settled`,
    async () => ["verified", "not-applicable", "skipped"].includes(stepOf(await see(), step).state),
    90,
  );
const panel = () => page.getByRole("region", { name: "Remediation Actions" });

/** Presses the one filled button, and what the dialog behind it asks for. */
async function press(name: RegExp, confirm?: RegExp): Promise<void> {
  await panel().getByRole("button", { name }).first().click();
  if (!confirm) return;
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  const typed = dialog.getByRole("textbox");
  if ((await typed.count()) > 0) await typed.first().fill((await see()).identity.upn);
  for (const box of await dialog.getByRole("checkbox").all()) await box.check();
  await dialog.getByRole("button", { name: confirm }).click();
}

beforeAll(async () => {
  if (!hasBrowser) return;
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  await house.factories.notificationMethod(org.id, { address: "oncall@northgate.example" });
  admin = await house.person(org.id, { role: "admin" });
  cloud = await house.cloudTenant("aitm-mail-rule", 23);
  const tenantId = await house.onboard(admin, cloud, { responseEnabled: false });
  await house.attack(cloud.tenantId);
  const [card] = await until("the incident", async () => {
    const list = await house.incidents(admin, tenantId);
    return list.length > 0 && list;
  });
  incidentId = card?.id ?? "";
  browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "Europe/London" });
  await context.addCookies(
    admin.cookie
      .split("; ")
      .map((pair) => ({ name: pair.split("=")[0] ?? "", value: pair.split("=").slice(1).join("="), url: house.base })),
  );
  page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

describe.skipIf(!hasBrowser)("An incident walked through in the browser, Response off", () => {
  it("is found from Home, and asks to be published before anything else [R81] [R82]", async () => {
    await page.goto(house.base);
    await page.getByRole("link", { name: "Publish Incident" }).click();
    await page.waitForURL("**/incidents/*");
    expect((await panel().getByRole("button").allTextContents()).map((text) => text.trim())).toEqual([
      "Publish Incident",
    ]);
    expect((await victim()).accountEnabled).toBe(true);
    await press(/Publish Incident/);
    await until("it is published", async () => (await see()).isPublished);
  });

  it("is locked by the first step, and the page shows it verified without a reload [R83] [R84]", async () => {
    await press(
      /^Revoke Sessions and Lock Account$/,
      (await see()).identity.roles.length > 0 ? /Revoke Sessions/ : undefined,
    );
    await settled("revoke-and-lock");
    await panel().locator("summary", { hasText: "Revoke Sessions and Lock Account" }).getByText("Verified").waitFor();
    expect((await victim()).accountEnabled).toBe(false);
  });

  it("loses its phish and what the attacker left [R86] [R94]", async () => {
    const phish = stepOf(await see(), "retract-phish");
    if (phish.allowed) await press(/retract/i, /Retract/);
    await settled("retract-phish");
    await press(/Preview and disable/, /Close .* back in/);
    await settled("disable-persistence");
    expect((await see()).artifacts.filter((a) => a.byAttacker && a.state === "active")).toEqual([]);
  });

  it("gets a new password, shown once in the panel [R98]", async () => {
    await press(/^Reset Password$/, (await see()).identity.roles.length > 0 ? /Reset Password/ : undefined);
    await settled("reset-password");
    await panel().getByRole("button", { name: "Show the new password" }).click();
    const password = await panel().getByLabel("New password", { exact: true }).innerText();
    expect(password.length).toBeGreaterThan(11);
    await panel().getByRole("button", { name: "Hide now" }).click();
    expect(await page.content()).not.toContain(password);
  });

  it("is handed back after the hand-over, and closed [R100] [R101] [R102]", async () => {
    await press(/^Re-enable Account$/, /Re-enable Account/);
    await settled("reenable-account");
    expect((await victim()).accountEnabled).toBe(true);
    const open = (await see()).openThings ?? [];
    await press(/^Mark as Remediated$/, open.length > 0 ? /Mark as Remediated/ : undefined);
    await until("it is remediated", async () => (await see()).status === "remediated");
    await page.getByRole("region", { name: "Remediation Actions" }).getByRole("link", { name: "Show" }).waitFor();
    await page.goto(`${house.base}/incidents`);
    await page.getByRole("row", { name: /Remediated/ }).waitFor();
    expect(complaints).toEqual([]);
  });
});
