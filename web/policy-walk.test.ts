import { describe, expect, it } from "vitest";
import { chromiumPath } from "./browser.ts";
import { received } from "./mock/api.ts";
import { useWalk } from "./use-walk.ts";

const hasBrowser = chromiumPath() !== undefined;
if (!hasBrowser)
  console.warn("No Chromium found: the walk through policy and queue is left out (apt-get install chromium).");

describe.skipIf(!hasBrowser)("Policy and queue in a browser", () => {
  const walk = useWalk();
  const posted = (path: string) => received.find((one) => one.path === path)?.body as Record<string, unknown>;

  const PAGES: [name: string, path: string, viewer: string][] = [
    ["the policy", "/policy", "dan"],
    ["the policy of a tenant", "/policy?tenant=t-harlow", "dan"],
    ["the policy while everything is stopped", "/policy", "stopped"],
    ["the policy an analyst may only read", "/policy?org=o-1", "noor"],
    ["Home while everything is stopped", "/", "stopped"],
    ["what Petra leaves alone", "/tenants/t-harlow/protected", "careful"],
    ["the queue", "/queue", "noor"],
    ["an incident that waits for approval", "/incidents/i-approval", "dan"],
  ];
  for (const [name, path, viewer] of PAGES)
    for (const [scheme, width] of [
      ["light", 1440],
      ["dark", 390],
    ] as const)
      it(`${name}, ${scheme}, ${width} px: no axe violation, no complaint, nothing sticks out`, async () => {
        const page = await walk.open(path, { viewer, scheme, width });
        expect(await walk.problems(page)).toEqual([]);
      });

  it("the kill switch is seen on every page, and a guest does not see it", async () => {
    for (const path of ["/", "/incidents", "/settings"]) {
      const page = await walk.open(path, { viewer: "stopped" });
      expect(await page.getByRole("alert").first().textContent()).toMatch(/kill switch is on/);
      await walk.close();
    }
    const page = await walk.open("/", { viewer: "guest" });
    expect(await page.getByText("kill switch").count()).toBe(0);
  });

  it("letting Petra act again asks for a reason first", async () => {
    const page = await walk.open("/policy", { viewer: "stopped" });
    await page.getByRole("button", { name: "Let Petra act again" }).click();
    expect(posted("/api/policy/kill-switch")).toBeUndefined();
    await page.getByLabel("Why may Petra act again?").fill("The rule is mended.");
    await page.getByRole("button", { name: "Let Petra act again" }).click();
    await page.getByText("Petra acts by itself again.").waitFor();
    expect(posted("/api/policy/kill-switch")).toEqual({
      isOn: false,
      tenantId: null,
      reason: "The rule is mended.",
    });
  });

  it("what Petra leaves alone is named, taken off and confirmed with a reason each; a member who is no Admin only names [S44]", async () => {
    const path = "/api/tenants/t-harlow/emergency-accounts";
    const page = await walk.open("/tenants/t-harlow/protected", { viewer: "careful" });
    const list = page.getByRole("region", { name: "Emergency accounts" });
    await list.getByLabel("Account").fill("key-two@harlowfinch.example");
    await list.getByLabel("Reason", { exact: true }).fill("The second key.");
    await list.getByRole("button", { name: "Name an emergency account" }).click();
    await page.getByText("Petra will not lock it by itself.").waitFor();
    expect(posted(path)).toEqual({ account: "key-two@harlowfinch.example", reason: "The second key." });
    await list.getByRole("button", { name: "The list is right" }).click();
    await page.getByText("Confirmed for 90 days.").waitFor();
    await list.getByText("Take it off").first().click();
    await list.getByLabel("Reason to take key-one@harlowfinch.example off").fill("Not used any more.");
    await list.getByRole("button", { name: "Take it off the list" }).click();
    await page.getByText("It is treated as any other account.").waitFor();
    expect(posted(`${path}/drop`)).toEqual({
      objectId: "6f1c9c8e-0b1d-4c55-9a55-3c1f0b7a2d19",
      reason: "Not used any more.",
    });
    await walk.close();
    const member = await walk.open("/tenants/t-harlow/protected");
    expect(await member.getByRole("main").getByRole("button").allTextContents()).toEqual([
      "Name an emergency account",
      "Name a mailbox",
    ]);
  });

  it("saving sends what is different from what is inherited, with the version that was seen and the reason", async () => {
    const page = await walk.open("/policy?tenant=t-harlow");
    const lock = page.getByRole("group", { name: "Revoke Sessions and Lock Account" }).first();
    await lock.getByLabel("Guest").selectOption("never");
    await page.getByLabel("Why", { exact: false }).last().fill("Guests belong to their own tenants.");
    await page.getByRole("button", { name: "Save as version 2" }).click();
    await page.getByText("The policy is saved.").waitFor();
    expect(posted("/api/policy")).toMatchObject({
      tenantId: "t-harlow",
      basedOn: 1,
      reason: "Guests belong to their own tenants.",
      document: {
        mode: "shadow",
        steps: { "revoke-and-lock": { answers: { guest: "never" } } },
        marked: [{ kind: "vip", name: "Ruth Finch" }],
      },
    });
    const { document } = posted("/api/policy") as { document: { steps: object; quietHours?: unknown } };
    expect(Object.keys(document.steps)).toEqual(["revoke-and-lock"]);
    expect(document.quietHours).toBeUndefined();
  });

  it("an analyst takes a decision, asks the MSP and agrees as the second of two", async () => {
    const page = await walk.open("/queue", { viewer: "noor" });
    await page.keyboard.press("m");
    await expect
      .poll(() => received.some((one) => one.path.endsWith("/claim") && one.body.claim === "take"))
      .toBe(true);
    await page.getByLabel("Ask the MSP").fill("Is he travelling?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    const orders = () => received.map((one) => one.body.input as Record<string, unknown> | undefined);
    await expect.poll(orders).toContainEqual({ kind: "ask-msp", question: "Is he travelling?" });
    await page.getByRole("link", { name: /1 of 2/ }).click();
    await page.getByText("One has: your word runs the step.").waitFor();
    await page.getByRole("button", { name: /^Agree/ }).click();
    await expect.poll(orders).toContainEqual({ kind: "approve", step: "revoke-and-lock" });
    expect(walk.complaints()).toEqual([]);
  });

  it("the incident says under which policy a step was asked about, and how long it may wait", async () => {
    const page = await walk.open("/incidents/i-approval");
    const why = page.getByText("Policy: ask", { exact: false }).first();
    await why.click();
    await page.getByText("below 75 %").first().waitFor();
    expect(await page.getByText(/Waits .* more, then\s+the MSP is asked/).count()).toBeGreaterThan(0);
    expect(await page.getByText("2026-11-21+o4").count()).toBeGreaterThan(0);
  });
});
