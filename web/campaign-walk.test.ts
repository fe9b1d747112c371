import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchBrowser } from "./browser.ts";
import { buildPortal } from "./built.ts";
import { received, resetMock } from "./mock/api.ts";
import { serveMock } from "./mock/serve.ts";

const hasBrowser = chromiumPath() !== undefined;
if (!hasBrowser) console.warn("No Chromium found: campaigns and phish over tenants are not walked through.");

describe.skipIf(!hasBrowser)("Campaigns and phish over tenants in a browser", () => {
  let portal: Awaited<ReturnType<typeof serveMock>>;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: string[] = [];

  beforeAll(async () => {
    buildPortal();
    portal = await serveMock();
    browser = await launchBrowser();
  });
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
  });

  async function open(path: string, viewer = "dan", width = 1440): Promise<Page> {
    complaints = [];
    resetMock();
    context = await browser.newContext({
      viewport: { width, height: 900 },
      reducedMotion: "reduce",
      timezoneId: "Europe/London",
    });
    await context.addCookies([{ name: "mock_viewer", value: viewer, url: portal.url }]);
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(portal.url + path);
    await page.waitForFunction(() => document.cookie.includes("petra_zone"));
    return page;
  }
  const posted = (path: RegExp) => received.find((one) => path.test(one.path))?.body;
  const barriers = async (page: Page) =>
    (await new AxeBuilder({ page }).analyze()).violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`);

  it("chooses a whole tenant and one mail, previews, and asks a second person for exactly that [R92] [S45]", async () => {
    const page = await open("/phish/one");
    const panel = page.getByRole("region", { name: "Cross-Tenant Phish" });
    await panel.getByText("Petra has lost its access to the tenant", { exact: false }).waitFor();
    expect(await panel.getByLabel("The mail in practice@oakhurst.example").isDisabled()).toBe(true);
    await panel.getByLabel("All mails in Oakhurst Dental").check();
    await panel.getByLabel("The mail in accounts@lindqvist.example").check();
    await panel.getByRole("button", { name: "Preview retracting 3" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("This is in 2 tenants", { exact: false }).waitFor();
    expect(posted(/orders$/)).toBeUndefined();
    expect(await barriers(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Ask a second person" }).click();
    await expect
      .poll(() => posted(/orders$/))
      .toMatchObject({ act: "retract", previewHash: "a".repeat(64), waitInstead: false });
    expect(posted(/orders$/)).toMatchObject({ matchIds: expect.objectContaining({ length: 3 }) });
    expect(complaints).toEqual([]);
  });

  it("another person agrees to what was previewed, or refuses with a reason [S45]", async () => {
    const page = await open("/phish/one", "stopped");
    const waits = page.getByRole("region", { name: "Waits for a second person" });
    expect(await waits.textContent()).toContain("Oakhurst Dental, Lindqvist Marine");
    await waits.getByRole("button", { name: "Agree: move 3 mails" }).click();
    await expect.poll(() => posted(/answer$/)).toEqual({ word: "agree", previewHash: "a".repeat(64) });
    received.length = 0;
    await waits.getByRole("button", { name: "Refuse" }).click();
    await page.getByLabel("Why not?").fill("One of them is the client's own newsletter.");
    await page.getByRole("dialog").getByRole("button", { name: "Refuse" }).click();
    await expect.poll(() => posted(/answer$/)).toMatchObject({ word: "refuse" });
    expect(complaints).toEqual([]);
  });

  it("a tenant's name leads to its Email tab with subject and sender filled in [R93]", async () => {
    const page = await open("/phish/one");
    const href = await page.getByRole("link", { name: "Oakhurst Dental" }).getAttribute("href");
    const query = new URL(href ?? "", portal.url).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      log: "email",
      subject: "Remittance advice 418",
      tab: "activity",
    });
    expect(query.get("sender")).toBe("no-reply@qkzmwte-docs.example");
  });

  it("one decision goes to every account it fits, and the page says what became of each", async () => {
    const page = await open("/campaigns/i-lock");
    const many = page.getByRole("region", { name: "One decision for many" });
    await many.getByRole("button", { name: /^Publish/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /^Publish for/ }).click();
    await expect.poll(() => posted(/campaigns.*orders$/)).toMatchObject({ input: { kind: "publish" } });
    const given = posted(/campaigns.*orders$/) as { incidents: { id: string; planVersion: number }[] };
    expect(given.incidents.every((one) => one.planVersion > 0)).toBe(true);
    await page.getByRole("region", { name: "The newest decision" }).waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("Home and the incident name the campaign; a guest of one tenant reads of none [S6]", async () => {
    const home = await open("/");
    await home.getByRole("link", { name: /One attacker, 5 accounts/ }).waitFor();
    await context.close();
    const incident = await open("/incidents/i-lock");
    await incident.getByRole("link", { name: /One attacker, 5 accounts/ }).waitFor();
    await context.close();
    const guest = await open("/", "guest");
    expect(await guest.getByText("One attacker").count()).toBe(0);
  });
});
