import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { violationsOn } from "./axe.ts";
import { launchBrowser } from "./browser.ts";
import { resetMock } from "./mock/api.ts";
import { serveMock } from "./mock/serve.ts";

export type Look = { viewer?: string; width?: number; scheme?: "light" | "dark"; script?: boolean };

/** The portal before the recorded API and a browser, for the tests of one describe; every page starts from a fresh mock. */
export function useWalk() {
  let portal: Awaited<ReturnType<typeof serveMock>>;
  let browser: Browser;
  let contexts: BrowserContext[] = [];
  let complaints: string[] = [];

  beforeAll(async () => {
    portal = await serveMock();
    browser = await launchBrowser();
  });
  const close = async () => {
    await Promise.all(contexts.map((context) => context.close()));
    contexts = [];
  };
  afterEach(close);
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
  });

  return {
    /** Opens a page and waits until its scripts run. */
    async open(
      path: string,
      { viewer = "dan", width = 1440, scheme = "light", script = true }: Look = {},
    ): Promise<Page> {
      complaints = [];
      resetMock();
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme: scheme,
        javaScriptEnabled: script,
        reducedMotion: "reduce",
        timezoneId: "Europe/London",
      });
      contexts.push(context);
      await context.addCookies([{ name: "mock_viewer", value: viewer, url: portal.url }]);
      const page = await context.newPage();
      page.on("dialog", () => complaints.push("a dialog was opened by the page"));
      page.on("console", (message) => {
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
          complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(portal.url + path);
      // The page writes this cookie once its scripts run.
      if (script) await page.waitForFunction(() => document.cookie.includes("petra_zone"));
      return page;
    },
    /** Closes every page opened so far. */
    close,
    /** What the pages wrote to the console as errors since the last `open`. */
    complaints: () => complaints,
    url: () => portal.url,
    /** What a look at the page would find wrong: axe's violations, a sideways scroll, errors on the console; one line each. */
    async problems(page: Page): Promise<string[]> {
      const violations = await violationsOn(page);
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      return [
        ...violations.map((one) =>
          `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`.slice(0, 800),
        ),
        ...(excess > 0 ? [`${page.url()} is ${excess} px wider than its window`] : []),
        ...complaints,
      ];
    },
  };
}
