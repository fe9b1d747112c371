import { describe, expect, it } from "vitest";
import { chromiumPath } from "./browser.ts";
import { received } from "./mock/api.ts";
import { useWalk } from "./use-walk.ts";

const hasBrowser = chromiumPath() !== undefined;
if (!hasBrowser) console.warn("No Chromium found: campaigns and phish over tenants are not walked through.");

describe.skipIf(!hasBrowser)("Campaigns and phish over tenants in a browser", () => {
  const walk = useWalk();
  const posted = (path: RegExp) => received.find((one) => path.test(one.path))?.body;

  it("chooses a whole tenant and one mail, previews, and asks a second person for exactly that [R92] [S45]", async () => {
    const page = await walk.open("/phish/one");
    const panel = page.getByRole("region", { name: "Cross-Tenant Phish" });
    await panel.getByText("Petra has lost its access to the tenant", { exact: false }).waitFor();
    expect(await panel.getByLabel("The mail in practice@oakhurst.example").isDisabled()).toBe(true);
    await panel.getByLabel("All mails in Oakhurst Dental").check();
    await panel.getByLabel("The mail in accounts@lindqvist.example").check();
    await panel.getByRole("button", { name: "Preview retracting 3" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("This is in 2 tenants", { exact: false }).waitFor();
    expect(posted(/orders$/)).toBeUndefined();
    expect(await walk.problems(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Ask a second person" }).click();
    await expect
      .poll(() => posted(/orders$/))
      .toMatchObject({ act: "retract", previewHash: "a".repeat(64), waitInstead: false });
    expect(posted(/orders$/)).toMatchObject({ matchIds: expect.objectContaining({ length: 3 }) });
    expect(walk.complaints()).toEqual([]);
  });

  it("another person agrees to what was previewed, or refuses with a reason [S45]", async () => {
    const page = await walk.open("/phish/one", { viewer: "stopped" });
    const waits = page.getByRole("region", { name: "Waits for a second person" });
    expect(await waits.textContent()).toContain("Oakhurst Dental, Lindqvist Marine");
    await waits.getByRole("button", { name: "Agree: move 3 mails" }).click();
    await expect.poll(() => posted(/answer$/)).toEqual({ word: "agree", previewHash: "a".repeat(64) });
    received.length = 0;
    await waits.getByRole("button", { name: "Refuse" }).click();
    await page.getByLabel("Why not?").fill("One of them is the client's own newsletter.");
    await page.getByRole("dialog").getByRole("button", { name: "Refuse" }).click();
    await expect.poll(() => posted(/answer$/)).toMatchObject({ word: "refuse" });
    expect(walk.complaints()).toEqual([]);
  });

  it("a tenant's name leads to its Email tab with subject and sender filled in [R93]", async () => {
    const page = await walk.open("/phish/one");
    const href = await page.getByRole("link", { name: "Oakhurst Dental" }).getAttribute("href");
    const query = new URL(href ?? "", walk.url()).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      log: "email",
      subject: "Remittance advice 418",
      tab: "activity",
    });
    expect(query.get("sender")).toBe("no-reply@qkzmwte-docs.example");
  });

  it("one decision goes to every account it fits, and the page says what became of each", async () => {
    const page = await walk.open("/campaigns/i-lock");
    const many = page.getByRole("region", { name: "One decision for many" });
    await many.getByRole("button", { name: /^Publish/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /^Publish for/ }).click();
    await expect.poll(() => posted(/campaigns.*orders$/)).toMatchObject({ input: { kind: "publish" } });
    const given = posted(/campaigns.*orders$/) as { incidents: { id: string; planVersion: number }[] };
    expect(given.incidents.every((one) => one.planVersion > 0)).toBe(true);
    await page.getByRole("region", { name: "The newest decision" }).waitFor();
    expect(await walk.problems(page)).toEqual([]);
    expect(walk.complaints()).toEqual([]);
  });

  it("Home and the incident name the campaign; a guest of one tenant reads of none [S6]", async () => {
    const home = await walk.open("/");
    await home.getByRole("link", { name: /One attacker, 5 accounts/ }).waitFor();
    await walk.close();
    const incident = await walk.open("/incidents/i-lock");
    await incident.getByRole("link", { name: /One attacker, 5 accounts/ }).waitFor();
    await walk.close();
    const guest = await walk.open("/", { viewer: "guest" });
    expect(await guest.getByText("One attacker").count()).toBe(0);
  });
});
