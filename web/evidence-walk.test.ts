import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchBrowser } from "./browser.ts";
import { buildPortal } from "./built.ts";
import { resetMock } from "./mock/api.ts";
import { serveMock } from "./mock/serve.ts";

const hasBrowser = chromiumPath() !== undefined;
if (!hasBrowser) console.warn("No Chromium found: the walk through the proof is left out (apt-get install chromium).");

describe.skipIf(!hasBrowser)("Proof and latency in a browser", () => {
  let portal: Awaited<ReturnType<typeof serveMock>>;
  let browser: Browser;

  beforeAll(async () => {
    buildPortal();
    portal = await serveMock();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
  });

  async function open(path: string, width = 1440, colorScheme: "light" | "dark" = "light"): Promise<Page> {
    resetMock();
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      reducedMotion: "reduce",
      timezoneId: "Europe/London",
    });
    await context.addCookies([{ name: "mock_viewer", value: "dan", url: portal.url }]);
    const page = await context.newPage();
    await page.goto(portal.url + path);
    return page;
  }

  it("exports the evidence of an open and of a closed incident as a download [S48]", async () => {
    for (const path of ["/incidents/i-lock", "/incidents/i-done"]) {
      const page = await open(path);
      const waiting = page.waitForEvent("download");
      await page.getByRole("button", { name: "Export the evidence" }).click();
      const download = await waiting;
      expect(download.suggestedFilename()).toBe("incident-1.jsonl");
      await page.context().close();
    }
  });

  it("says leg by leg whose time it was, and what Microsoft does not tell", async () => {
    const page = await open("/incidents/i-lock");
    const ledger = page.getByRole("region", { name: "How long it took" });
    expect(await ledger.getByRole("row", { name: "Until Microsoft could show the record" }).textContent()).toMatch(
      /Microsoft.*90 s|2 min/,
    );
    await page.goto(`${portal.url}/incidents/i-tom`);
    expect(await ledger.textContent()).toMatch(/cannot be told apart/);
    expect(await ledger.getByRole("row", { name: "Until Petra had read it" }).textContent()).toMatch(/not known/);
    await page.getByRole("link", { name: "This tenant’s times" }).click();
    await page.getByRole("heading", { name: "From the attacker’s act to the lock that was read back" }).waitFor();
    await page.context().close();
  });

  it.each(["light", "dark"] as const)("is accessible and as wide as its window, %s", async (scheme) => {
    for (const width of [390, 1440])
      for (const path of ["/latency", "/tenants/t-harlow/latency", "/incidents/i-tom"]) {
        const page = await open(path, width, scheme);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${path} ${id} ${nodes[0]?.html}`)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        await page.context().close();
      }
  });
});
