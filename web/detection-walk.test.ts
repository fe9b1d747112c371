import { describe, expect, it } from "vitest";
import { chromiumPath } from "./browser.ts";
import { useWalk } from "./use-walk.ts";

const hasBrowser = chromiumPath() !== undefined;
if (!hasBrowser) console.warn("No Chromium found: the walk through detection is left out (apt-get install chromium).");

describe.skipIf(!hasBrowser)("What detection shows, in a browser", () => {
  const walk = useWalk();

  const PAGES: [name: string, path: string, viewer: string][] = [
    ["the catalogue", "/detections", "dan"],
    ["the catalogue of one tenant with a detection open", "/detections?tenant=t-harlow&d=aitm-sign-in", "dan"],
    ["the catalogue with nothing found", "/detections?q=nothing-is-called-so", "dan"],
    ["Uncommon Activity", "/tenants/t-harlow/uncommon", "dan"],
    ["Uncommon Activity of a guest", "/tenants/t-harlow/uncommon?type=new-country", "guest"],
    ["an entry of Uncommon Activity", "/tenants/t-harlow/uncommon/u-1", "dan"],
    ["Failed Attacks", "/tenants/t-harlow/failed-attacks", "dan"],
    ["Failed Attacks of one type", "/tenants/t-harlow/failed-attacks?kind=AITM_KIT", "dan"],
    ["the full impact of an incident", "/incidents/i-persistence?impact=full&record=r-1080", "dan"],
  ];
  it.each(PAGES)(
    "shows %s without an accessibility violation, wide and light, on a phone and dark",
    async (_n, path, viewer) => {
      for (const choice of [
        { scheme: "light", width: 1440 },
        { scheme: "dark", width: 390 },
      ] as const) {
        const page = await walk.open(path, { viewer, ...choice });
        expect(await walk.problems(page)).toEqual([]);
        await walk.close();
      }
    },
  );

  it("leads from a line of evidence to the very rows it rests on, and back", async () => {
    const page = await walk.open("/incidents/i-persistence");
    await page
      .getByRole("region", { name: /Why Petra says so/ })
      .getByRole("link", { name: /^Show the .* of: Rule hides/ })
      .first()
      .click();
    await page.waitForURL(/record=r-780/);
    const log = page.getByRole("region", { name: /^Activity/ });
    await log.getByText("Only the records this line of the story rests on.").waitFor();
    await expect.poll(() => log.locator("tbody tr[data-row]").count()).toBe(1);
    expect(await log.getByText("Rule “.” moves “sort code”, “completion”").count()).toBe(1);
    await log.getByRole("link", { name: "Show all" }).click();
    await expect.poll(() => log.locator("tbody tr[data-row]").count()).toBeGreaterThan(5);
  });

  it("says of every row of the log whose it is, and why, and shows the attacker's alone when asked", async () => {
    const page = await walk.open("/incidents/i-persistence");
    const log = page.getByRole("region", { name: /^Activity/ });
    const rows = log.locator("tbody tr[data-row]");
    const marked = log.locator("tbody tr[data-row]", { hasText: /Attacker|Owner|Unclear|Not judged/ });
    expect(await marked.count()).toBe(await rows.count());
    expect(await rows.filter({ hasText: "Address of the stolen session" }).count()).toBeGreaterThan(0);
    await log.getByRole("link", { name: "Attacker", exact: true }).click();
    await page.waitForURL(/verdict=attacker/);
    await expect.poll(() => rows.filter({ hasText: "Owner" }).count()).toBe(0);
    expect(await rows.count()).toBeGreaterThan(0);
  });

  it("shows what an attacker wrote as text: no markup, no script, and its direction marked [S18]", async () => {
    for (const path of [
      "/tenants/t-harlow/uncommon",
      "/tenants/t-harlow/uncommon/u-3",
      "/tenants/t-harlow/failed-attacks",
      "/incidents/i-persistence?impact=full",
    ]) {
      const page = await walk.open(path);
      await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
      expect(await page.locator("img[src=x]").count()).toBe(0);
      const text = await page.locator("body").innerText();
      expect(text).not.toContain("\u202e");
      expect(walk.complaints()).toEqual([]);
      await walk.close();
    }
  });

  it("names the frequently targeted accounts with what would help them [R23]", async () => {
    const page = await walk.open("/tenants/t-harlow/failed-attacks");
    const table = page.getByRole("region", { name: /Frequently targeted accounts/ });
    await table.getByText("A second factor for every sign-in").waitFor();
    expect(await table.getByRole("link", { name: "open incident" }).getAttribute("href")).toBe("/incidents/i-tom");
  });

  it("lets a guest look at Failed Attacks and Uncommon Activity of the tenant [R54]", async () => {
    const page = await walk.open("/tenants/t-harlow/failed-attacks", { viewer: "guest" });
    await page.getByRole("heading", { name: /ended at the door/ }).waitFor();
    await page.getByRole("link", { name: "Uncommon Activity" }).click();
    await page.getByRole("heading", { name: /all judged innocent/ }).waitFor();
    expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
  });

  it("says honestly which precision was measured and which was not", async () => {
    const page = await walk.open("/detections");
    const row = (name: string) => page.locator("li[data-row]", { hasText: name });
    await row("Sign-in relayed by a phishing page").getByText("91.7 %").first().waitFor();
    expect(await row("Mail read in bulk").getByText("not measured").count()).toBeGreaterThan(0);
  });

  it("lists the operator's own detections with what was refused, found by the same search [S18]", async () => {
    const page = await walk.open("/detections");
    const own = page.getByRole("region", { name: /Your own/ });
    await own.getByText("raises an incident by itself", { exact: true }).waitFor();
    await own.getByText("1 file refused").click();
    await own.getByText("<img src=x onerror=alert(1)>").waitFor();
    expect(await page.locator("img[src=x]").count()).toBe(0);
    await page.goto(`${walk.url()}/detections?q=payroll`);
    expect(await own.getByRole("listitem").allTextContents()).toHaveLength(1);
  });

  it("is walked with the keyboard: rows of the catalogue open with Enter, rows of Uncommon Activity lead on", async () => {
    const page = await walk.open("/detections");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByText("A kit behind a residential proxy leaves only what he does afterwards").first().waitFor();
    await page.goto(`${walk.url()}/tenants/t-harlow/uncommon`);
    await page.waitForFunction(() => document.cookie.includes("petra_zone"));
    await expect
      .poll(async () => {
        await page.keyboard.press("j");
        return page.evaluate(() => document.activeElement?.getAttribute("href"));
      })
      .toBe("/tenants/t-harlow/uncommon/u-1");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/uncommon/u-1");
    await page.getByRole("heading", { name: "Why it was judged innocent" }).waitFor();
  });
});
