import { describe, expect, it } from "vitest";
import type { Actor } from "#domain/access/actor.ts";
import type { CommandView } from "#domain/view/portal.ts";
import { chromiumPath } from "./browser.ts";
import { received } from "./mock/api.ts";
import { incidentById } from "./mock/incidents.ts";
import { DAN } from "./mock/people.ts";
import { useWalk } from "./use-walk.ts";

const hasBrowser = chromiumPath() !== undefined;
if (!hasBrowser)
  console.warn("No Chromium found: the walk through second factors is left out (apt-get install chromium).");

type Ending = [over: Partial<CommandView>, word: string, more: string];
const MATE: Actor = { kind: "member", memberId: "m-ruth", orgId: "o-1", name: "Ruth Finch", role: "full-member" };
const ENDINGS: Ending[] = [
  [
    { state: "refused", reason: "Plan changed: look again.", result: { code: "plan-changed" } },
    "Plan changed",
    "look again",
  ],
  [{ state: "expired", kind: "undo", step: null, reason: "The order expired." }, "Expired", "The order expired"],
  [{ state: "withdrawn", reason: "Withdrawn before a worker took it." }, "Withdrawn", "before a worker"],
  [
    { state: "refused", kind: "publish", step: null, reason: "It is published.", result: { code: "already-done" } },
    "Already done",
    "It is published",
  ],
  [{ state: "done", kind: "publish", step: null, actor: MATE }, "", ""],
  [{ state: "awaiting-second", kind: "dismiss", step: null, finishedAt: null }, "Waits for a second person", "Dismiss"],
];
const ended = (n: number, over: Partial<CommandView>): CommandView => ({
  id: `cmd-${n}`,
  kind: "run-step",
  step: "disable-persistence",
  state: "sent",
  reason: null,
  actor: DAN,
  issuedAt: new Date(Date.now() - 60_000).toISOString(),
  acceptedAt: null,
  finishedAt: new Date(Date.now() - 30_000).toISOString(),
  result: null,
  ...over,
});

describe.skipIf(!hasBrowser)("Second factors in a browser", () => {
  const walk = useWalk();
  const orders = () => received.filter((one) => one.path.endsWith("/commands"));

  it("asks for the code in a dialog and then sends the same order, with the same id, once [S14]", async () => {
    const page = await walk.open("/incidents/i-unpublished", { viewer: "careful" });
    await page.getByRole("button", { name: "Publish Incident" }).click();
    const dialog = page.getByRole("dialog", { name: "Show once more that it is you" });
    await dialog.getByLabel("Code of your authenticator").fill("000000");
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByRole("alert").waitFor();
    expect(orders()).toHaveLength(1);
    await dialog.getByLabel("Code of your authenticator").fill("123456");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await expect.poll(() => orders().length).toBe(2);
    const [first, second] = orders();
    expect(second?.body).toEqual(first?.body);
    await page.getByText("Asked").first().waitFor();
    expect(orders()).toHaveLength(2);
  });

  it("asked and not answered, nothing is sent again [S14]", async () => {
    const page = await walk.open("/incidents/i-unpublished", { viewer: "careful" });
    await page.getByRole("button", { name: "Publish Incident" }).click();
    const dialog = page.getByRole("dialog", { name: "Show once more that it is you" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(orders()).toHaveLength(1);
    await page.getByRole("button", { name: "Publish Incident" }).waitFor();
  });

  it("tells somebody without a second factor where to set one up [S14]", async () => {
    const page = await walk.open("/incidents/i-unpublished", { viewer: "bare" });
    await page.getByRole("button", { name: "Publish Incident" }).click();
    const dialog = page.getByRole("dialog", { name: "This needs a second factor" });
    await dialog.getByRole("link", { name: "Set up a second factor" }).click();
    await page.waitForURL(/settings\/security/);
    await page.getByRole("button", { name: "Set up an authenticator app" }).click();
    await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
    await page.getByLabel("The six digits it shows now").fill("999999");
    await page.getByRole("button", { name: "Finish" }).click();
    await page.getByText("This is not the code it shows now.").waitFor();
    await page.getByLabel("The six digits it shows now").fill("123456");
    await page.getByRole("button", { name: "Finish" }).click();
    await expect.poll(() => page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem").count()).toBe(10);
    await page.getByText("My telephone").waitFor();
  });

  it("switching a notification method off asks why [S14]", async () => {
    const page = await walk.open("/settings", { viewer: "dan" });
    await page.getByRole("button", { name: "Switch off" }).click();
    const dialog = page.getByRole("dialog", { name: /Stop telling/ });
    await dialog.getByText("the only way Petra tells anybody").waitFor();
    await dialog.getByLabel("Why?").fill("He left.");
    await dialog.getByRole("button", { name: "Switch off" }).waitFor();
  });

  it("plan changed, expired, withdrawn, already done by another and waiting for a second person are each seen [D17] [D18] [D20]", async () => {
    const page = await walk.open("/incidents/i-persistence", { viewer: "dan" });
    const incident = incidentById("i-persistence");
    if (!incident) throw new Error("The mock lost its incident.");
    incident.commands.push(...ENDINGS.map(([over], n) => ended(n, over)));
    await page.reload();
    const list = page.getByRole("list", { name: "Orders under way" });
    for (const [, word, more] of ENDINGS) {
      const row = list.getByRole("listitem").filter({ hasText: word }).filter({ hasText: more });
      await row.first().waitFor();
    }
    await list.getByText("Somebody was quicker: Ruth Finch").waitFor();
    expect(await list.getByText("Already done").count()).toBe(1);
  });

  for (const scheme of ["light", "dark"] as const)
    for (const width of [1440, 390])
      it(`Security and the dialog, ${scheme}, ${width} px: no axe violation, nothing sticks out`, async () => {
        const page = await walk.open("/settings/security", { viewer: "careful", scheme, width });
        const look = async () => {
          expect(await walk.problems(page)).toEqual([]);
        };
        await look();
        await page.goto(`${walk.url()}/incidents/i-unpublished`);
        await page.waitForFunction(() => document.cookie.includes("petra_zone"));
        await page.getByRole("button", { name: "Publish Incident" }).click();
        await page.getByRole("dialog", { name: "Show once more that it is you" }).waitFor();
        await look();
      });
});
