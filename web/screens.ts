import { mkdirSync } from "node:fs";
import { launchBrowser } from "./browser.ts";
import { serveMock } from "./mock/serve.ts";

/** `node web/screens.ts [name…]` photographs the built portal on invented data: 390 and 1440 px, light and dark, into web/screens/. */
const PAGES: Record<string, { path: string; viewer?: string; state?: string; do?: string }> = {
  home: { path: "/" },
  "home-empty": { path: "/", state: "empty" },
  "home-guest": { path: "/", viewer: "guest" },
  down: { path: "/", state: "down" },
  incidents: { path: "/incidents" },
  "incident-unpublished": { path: "/incidents/i-unpublished" },
  "incident-asked": { path: "/incidents/i-asked" },
  "incident-lock": { path: "/incidents/i-lock" },
  "incident-persistence": { path: "/incidents/i-persistence" },
  "incident-preview": { path: "/incidents/i-persistence", do: "Preview and disable all 3" },
  "incident-step-up": { path: "/incidents/i-unpublished", viewer: "careful", do: "Publish Incident" },
  "incident-password": { path: "/incidents/i-password" },
  "incident-close": { path: "/incidents/i-close" },
  "incident-tom": { path: "/incidents/i-tom" },
  "incident-approval": { path: "/incidents/i-approval" },
  "incident-synced": { path: "/incidents/i-synced" },
  "incident-leftover": { path: "/incidents/i-leftover" },
  "incident-done": { path: "/incidents/i-done" },
  "incident-guest": { path: "/incidents/i-persistence", viewer: "guest" },
  queue: { path: "/queue", viewer: "noor" },
  campaigns: { path: "/campaigns" },
  campaign: { path: "/campaigns/i-lock" },
  phish: { path: "/phish" },
  "phish-one": { path: "/phish/one" },
  "phish-second": { path: "/phish/one", viewer: "stopped" },
  policy: { path: "/policy", viewer: "dan" },
  "policy-tenant": { path: "/policy?tenant=t-harlow", viewer: "dan" },
  "policy-stopped": { path: "/policy", viewer: "stopped" },
  latency: { path: "/latency" },
  scan: { path: "/tenants/t-oakhurst?tab=scan" },
  tenant: { path: "/tenants/t-harlow" },
  "tenant-activity": { path: "/tenants/t-harlow?tab=activity" },
  "tenant-protected": { path: "/tenants/t-harlow/protected", viewer: "careful" },
  portal: { path: "/portal" },
  "add-tenant": { path: "/add-tenant" },
  settings: { path: "/settings" },
  security: { path: "/settings/security", viewer: "careful" },
  "security-none": { path: "/settings/security", viewer: "bare" },
  "sign-in": { path: "/sign-in", viewer: "none" },
  "sign-in-link": { path: "/sign-in/link?token=abc", viewer: "none" },
  "not-found": { path: "/nowhere" },
};

const wanted = process.argv.slice(2);
const names = Object.keys(PAGES).filter(
  (name) =>
    wanted.length === 0 || wanted.some((w) => name === w || (w.endsWith("*") && name.startsWith(w.slice(0, -1)))),
);
const folder = new URL("./screens/", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

const portal = await serveMock();
const browser = await launchBrowser();
try {
  for (const scheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      const context = await browser.newContext({
        viewport: { width, height: width === 390 ? 844 : 900 },
        colorScheme: scheme,
        timezoneId: "Europe/London",
        reducedMotion: "reduce",
      });
      for (const name of names) {
        const choice = PAGES[name];
        if (!choice) continue;
        await context.clearCookies();
        await context.addCookies([
          { name: "mock_viewer", value: choice.viewer ?? "dan", url: portal.url },
          { name: "petra_zone", value: "Europe/London", url: portal.url },
          ...(choice.state ? [{ name: "mock_state", value: choice.state, url: portal.url }] : []),
        ]);
        const page = await context.newPage();
        page.on(
          "console",
          (message) =>
            message.type() === "error" && console.log(`${name} ${scheme} ${width}: ${message.text().slice(0, 300)}`),
        );
        page.on("pageerror", (error) => console.log(`${name} ${scheme} ${width}: ${error.message}`));
        await page.goto(portal.url + choice.path);
        if (choice.do) await page.getByRole("button", { name: choice.do }).first().click();
        await page.waitForTimeout(350);
        await page.screenshot({
          path: `${folder}${name}-${scheme}-${width}.png`,
          fullPage: width !== 390 || !process.env.FOLD,
        });
        await page.close();
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await portal.close();
}
process.exit(0);
