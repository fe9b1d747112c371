import { describe, expect, it } from "vitest";
import { chromiumPath } from "./browser.ts";
import { received } from "./mock/api.ts";
import { useWalk } from "./use-walk.ts";

const hasBrowser = chromiumPath() !== undefined;
if (!hasBrowser) console.warn("No Chromium found: the walk through the portal is left out (apt-get install chromium).");

describe.skipIf(!hasBrowser)("The portal in a browser", () => {
  const walk = useWalk();
  const orders = () =>
    received.map(({ path, body }) => ({
      path,
      commandId: body.commandId,
      input: body.input as Record<string, unknown>,
    }));

  const PAGES: [name: string, path: string, viewer: string][] = [
    ["Home", "/", "dan"],
    ["Home of a guest", "/", "guest"],
    ["the incident list", "/incidents", "dan"],
    ["an unpublished incident", "/incidents/i-unpublished", "dan"],
    ["an incident at step 3", "/incidents/i-persistence?timeline=full&tab=exchange", "dan"],
    ["an incident not contained", "/incidents/i-synced", "dan"],
    ["a remediated incident", "/incidents/i-done", "dan"],
    ["the queue", "/queue", "noor"],
    ["a scan", "/tenants/t-oakhurst?tab=scan", "dan"],
    ["a tenant", "/tenants/t-seabrook", "dan"],
    ["the activity of a tenant", "/tenants/t-harlow?tab=activity", "dan"],
    ["the Partner Center", "/portal", "dan"],
    ["Add Tenant", "/add-tenant?way=one", "dan"],
    ["Settings", "/settings", "dan"],
    ["sign-in", "/sign-in", "none"],
    ["a page that does not exist", "/nowhere", "dan"],
  ];
  it.each(PAGES)(
    "shows %s without an accessibility violation, wide and light, on a phone and dark",
    async (_name, path, viewer) => {
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

  it("puts Publish Incident on top of the panel while the incident is unpublished, and asks for nothing else [R81]", async () => {
    const page = await walk.open("/incidents/i-unpublished");
    const panel = page.getByRole("region", { name: "Remediation Actions" });
    const buttons = await panel.getByRole("button").allTextContents();
    expect(buttons.map((text) => text.trim())).toEqual(["Publish Incident"]);
  });

  it("shows the six steps in their order, with their exact names [R83]", async () => {
    const page = await walk.open("/incidents/i-persistence");
    const labels = await page
      .getByRole("region", { name: "Remediation Actions" })
      .locator("ol > li > details > summary .font-semibold")
      .allTextContents();
    expect(labels.map((text) => text.replace(/^Step \d: /, "").trim())).toEqual([
      "Revoke Sessions and Lock Account",
      "Retract Phishing Emails",
      "Disable Persistence Mechanisms",
      "Reset Password",
      "Re-enable Account",
      "Mark as Remediated",
    ]);
  });

  it("sends the same command id again after a lost answer, and a new one after an answer", async () => {
    const page = await walk.open("/incidents/i-unpublished");
    const ids: string[] = [];
    let lose = true;
    await page.route(/i-unpublished\?\/command/, async (route) => {
      ids.push(
        /name="commandId"\s+([0-9a-f-]{36})/.exec(route.request().postData() ?? "")?.[1] ??
          new URLSearchParams(route.request().postData() ?? "").get("commandId") ??
          "none",
      );
      if (lose) return route.abort("connectionreset");
      return route.continue();
    });
    const button = page.getByRole("button", { name: "Publish Incident" });
    await button.click();
    await page.getByText("Nothing was changed; try again").first().waitFor();
    lose = false;
    await button.click();
    await page
      .getByRole("list", { name: "Orders under way" })
      .getByText(/Asked .+ ago/)
      .waitFor();
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(ids[1]).toBe(ids[0]);
    expect(orders()).toMatchObject([{ commandId: ids[0], input: { kind: "publish" } }]);
  });

  it("works without JavaScript for the first order", async () => {
    const page = await walk.open("/incidents/i-tom", { script: false });
    await page.getByRole("button", { name: "Reset Password" }).click();
    expect(orders()).toMatchObject([
      { path: "/api/incidents/i-tom/commands", input: { kind: "run-step", step: "reset-password" } },
    ]);
  });

  it("says how old an order is, that no worker has taken it, and lets it be withdrawn", async () => {
    const page = await walk.open("/incidents/i-asked");
    await page.getByText(/Asked .+ ago/).waitFor();
    await page.getByText("No worker has taken it yet").waitFor();
    const withdrawn = page.waitForRequest((request) => request.url().endsWith("?/withdraw"));
    await page.getByRole("button", { name: "Withdraw" }).click();
    await withdrawn;
  });

  it("asks for the account's name before it locks an administrator", async () => {
    const page = await walk.open("/incidents/i-lock");
    await page
      .getByRole("region", { name: "Remediation Actions" })
      .getByRole("button", { name: "Revoke Sessions and Lock Account" })
      .click();
    const dialog = page.getByRole("dialog");
    const go = dialog.getByRole("button", { name: "Revoke Sessions and Lock Account" });
    await expect.poll(() => go.isDisabled()).toBe(true);
    await dialog.getByRole("textbox").fill("owen.tait@harlowfinchl.example");
    await go.click();
    await expect.poll(() => orders()).toMatchObject([{ input: { kind: "run-step", step: "revoke-and-lock" } }]);
  });

  it("shows what will be changed before it closes the ways back in", async () => {
    const page = await walk.open("/incidents/i-persistence");
    await page.getByRole("button", { name: "Preview and disable all 3" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Relay-EU1").waitFor();
    expect(await dialog.getByText("Newsletters").count()).toBe(0);
    expect(received).toEqual([]);
    await dialog.getByRole("button", { name: "Close 3 ways back in" }).click();
    await expect
      .poll(() => orders())
      .toMatchObject([
        { input: { kind: "run-step", step: "disable-persistence", artifactIds: ["a-rule", "a-grant", "a-conn"] } },
      ]);
  });

  it("offers Disable and Delete Rule for an inbox rule, Disable and Remove for a connector, Disable for an app [R96]", async () => {
    const page = await walk.open("/incidents/i-persistence");
    const offers = async (name: string) =>
      (
        await page
          .getByRole("region", { name: "Remediation Actions" })
          .locator("li", { hasText: name })
          .last()
          .getByRole("button")
          .allTextContents()
      ).map((text) => text.trim());
    expect(await offers("Inbox rule “.”")).toEqual(["Disable", "Delete Rule"]);
    expect(await offers("OAuth grant “PDF Signer Pro”")).toEqual(["Disable"]);
    expect(await offers("Inbound connector “Relay-EU1”")).toEqual(["Disable", "Remove"]);
  });

  it("shows the new password once, for a minute, and keeps it nowhere in the page", async () => {
    const page = await walk.open("/incidents/i-password");
    await page.clock.install();
    await page.getByRole("button", { name: "Show the new password" }).click();
    await page.getByText("harbour-quiet-71-Lantern").waitFor();
    await page.clock.runFor(62_000);
    await expect.poll(() => page.content()).not.toContain("harbour-quiet-71-Lantern");
    expect(await page.getByRole("button", { name: "Show the new password" }).count()).toBe(0);
  });

  it("does not re-enable the account before someone says that the password was handed over [R100]", async () => {
    const page = await walk.open("/incidents/i-password");
    await page.locator("summary", { hasText: "Re-enable Account" }).click();
    const button = page.getByRole("button", { name: "Re-enable Account" });
    await button.click({ timeout: 5_000 });
    const dialog = page.getByRole("dialog");
    const go = dialog.getByRole("button", { name: "Re-enable Account" });
    expect(await go.isDisabled()).toBe(true);
    await dialog.getByRole("checkbox").check();
    await go.click();
    await expect
      .poll(() => orders())
      .toMatchObject([{ input: { kind: "run-step", step: "reenable-account", handedOver: true } }]);
  });

  it("asks a reason for each thing that is not green before it closes an incident", async () => {
    const page = await walk.open("/incidents/i-close");
    await page.getByRole("button", { name: "Mark as Remediated" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(". is disabled, not deleted").fill("The client wants to see it");
    await dialog.getByRole("button", { name: "Mark as Remediated" }).click();
    await expect
      .poll(() => orders())
      .toMatchObject([{ input: { kind: "mark-remediated", reasons: { "a-rule": "The client wants to see it" } } }]);
  });

  it("tags a mail from the Exchange log on hover and orders nothing but the tag [R88]", async () => {
    const page = await walk.open("/incidents/i-persistence?tab=exchange");
    const row = page.locator("tr", { hasText: "Your invoice" });
    await row.hover();
    await row.getByRole("button", { name: "Mark as Phish" }).click();
    await expect
      .poll(() => orders())
      .toMatchObject([{ input: { kind: "tag-phish", internetMessageId: "<c82@kestrel.example>" } }]);
    expect(
      await page.locator("tr", { hasText: "Revised completion" }).getByText("Phish", { exact: true }).count(),
    ).toBe(1);
  });

  it("shows a reversed file name in its true order, with a visible mark [S18]", async () => {
    const page = await walk.open("/incidents/i-persistence?tab=exchange");
    await page.getByText("Your invoice ⟦U+202E⟧fdp.exe").first().waitFor();
    expect(await page.locator("body").innerText()).not.toContain("\u202e");
  });

  it("folds the panel of a remediated incident and opens it again [R102] [R104]", async () => {
    const page = await walk.open("/incidents/i-done");
    expect(await page.getByText("Revoke Sessions and Lock Account").count()).toBe(0);
    await page.getByRole("link", { name: "Show", exact: true }).click();
    await page.getByText("Revoke Sessions and Lock Account").first().waitFor();
  });

  it("keeps remediated incidents in the list [R68]", async () => {
    const page = await walk.open("/incidents");
    await page.getByRole("row", { name: /Amara Osei.*Remediated/ }).waitFor();
  });

  it("asks whether Response shall also act on the open incidents, as an order of its own", async () => {
    const page = await walk.open("/");
    await page.getByRole("switch", { name: "Petra Response for Harlow & Finch LLP" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Also act on 6 open incidents?").waitFor();
    await dialog.getByLabel(/Yes, act on/).check();
    await dialog.getByRole("button", { name: "Switch on" }).click();
    await expect
      .poll(() => orders().map((order) => order.input))
      .toEqual([{ kind: "set-response", enabled: true }, { kind: "act-on-open-incidents" }]);
    expect(new Set(orders().map((order) => order.commandId)).size).toBe(2);
  });

  it("takes a refusal only with a reason, an approval by one key", async () => {
    const page = await walk.open("/queue", { viewer: "noor" });
    await page.keyboard.press("r");
    await page.getByText("Write the reason first").waitFor();
    expect(received).toEqual([]);
    await page.getByLabel(/Reason/).fill("The backup job does not read mail");
    await page.getByRole("button", { name: "Refuse" }).click();
    await expect
      .poll(() => orders())
      .toMatchObject([{ input: { kind: "refuse", reason: "The backup job does not read mail" } }]);
  });

  it("is walked with the keyboard: palette, rows, and back to the list", async () => {
    const page = await walk.open("/incidents");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const second = await page.evaluate(() => document.activeElement?.getAttribute("href"));
    expect(second).toBe("/incidents/i-asked");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/incidents/i-asked");
    await page.getByRole("heading", { name: "Remediation Actions" }).waitFor();
    await page.keyboard.press("Escape");
    await page.waitForURL("**/incidents");
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder(/Tenant, account/).fill("Bramley");
    await page
      .getByRole("option", { name: /Bramley Dental Group/ })
      .first()
      .waitFor();
    await page.keyboard.press("Escape");
    await page.getByPlaceholder(/Tenant, account/).waitFor({ state: "hidden" });
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
  });

  it("gives a guest who may only read no button that acts", async () => {
    const page = await walk.open("/incidents/i-persistence", { viewer: "guest" });
    const panel = page.getByRole("region", { name: "Remediation Actions" });
    expect(await panel.getByRole("button").count()).toBe(0);
    expect(await page.getByRole("link", { name: "Partner Center" }).count()).toBe(0);
  });

  it("signs in with a password, and with a link, without being told which", async () => {
    const page = await walk.open("/sign-in?next=/incidents", { viewer: "none" });
    await page.getByLabel("E-mail").fill("dan@northgate.example");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("a link is on its way").waitFor();
    await page.goto(`${walk.url()}/sign-in?next=/incidents`);
    await page.getByLabel("E-mail").fill("dan@northgate.example");
    await page.getByLabel(/Password/).fill("correct horse");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL("**/incidents");
  });

  it("uses a sign-in link up by a press, never by opening it", async () => {
    const page = await walk.open("/sign-in/link#token=abcdefghijklmnopqrst", { viewer: "none" });
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    expect(page.url()).not.toContain("token");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${walk.url()}/`);
  });

  it("sends strict headers with every answer, also with 404 [S17]", async () => {
    for (const path of ["/", "/nowhere", "/sign-in"]) {
      const answer = await fetch(walk.url() + path);
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/default-src 'none'/);
      expect(policy).toMatch(/script-src 'self' 'nonce-[^']+'/);
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval/);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });

  it("refuses a form that another site posts [S16]", async () => {
    await walk.open("/sign-in", { viewer: "none" });
    const answer = await fetch(`${walk.url()}/incidents/i-unpublished?/command`, {
      method: "POST",
      headers: {
        origin: "https://evil.example",
        "content-type": "application/x-www-form-urlencoded",
        cookie: "mock_viewer=dan",
      },
      body: "commandId=1&kind=publish",
    });
    expect(answer.status).toBe(403);
    expect(received).toEqual([]);
  });

  it("goes nowhere but to its own pages after signing in", async () => {
    for (const next of ["https://evil.example", "//evil.example", "/\\evil.example"]) {
      const answer = await fetch(`${walk.url()}/sign-in?next=${encodeURIComponent(next)}`, {
        redirect: "manual",
        headers: { cookie: "mock_viewer=dan" },
      });
      expect(answer.headers.get("location")).toBe("/");
    }
  });
});
