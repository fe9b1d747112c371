import type { Browser, Locator, Page } from "playwright-core";
import type { IncidentView } from "#domain/view/portal.ts";
import { chromiumPath, launchBrowser } from "../web/browser.ts";
import type { House, Person } from "./house.ts";

/** A signed-in person's browser on the house's portal, and what the page complained of so far. */
export type PortalBrowser = { browser: Browser; page: Page; complaints: string[]; panel: () => Locator };

/** Can portal tests run here? Says in one line what is missing when they cannot. */
export function hasBrowser(): boolean {
  if (chromiumPath()) return true;
  console.warn("SKIPPED: no Chromium. Install it (apt-get install chromium) or set CHROMIUM_PATH.");
  return false;
}

/** Opens the portal as this person. */
export async function openPortal(house: House, as: Person): Promise<PortalBrowser> {
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: "Europe/London" });
  await context.addCookies(
    as.cookie.split("; ").map((pair) => {
      const at = pair.indexOf("=");
      return { name: pair.slice(0, at), value: pair.slice(at + 1), url: house.base };
    }),
  );
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { browser, page, complaints, panel: () => page.getByRole("region", { name: "Remediation Actions" }) };
}

/**
 * Presses a button of the Remediation Actions panel and answers the dialog behind it, if one opens: types the account's
 * name where it is asked for, ticks what is to be confirmed, gives `reason` for everything that asks one.
 */
export async function pressInPanel(
  { page, panel }: PortalBrowser,
  name: RegExp,
  { incident, confirm, reason = "Checked by hand." }: { incident: IncidentView; confirm: RegExp; reason?: string },
): Promise<void> {
  await panel().getByRole("button", { name }).first().click();
  const dialog = page.getByRole("dialog");
  const opened = await dialog.waitFor({ timeout: 1_500 }).then(
    () => true,
    () => false,
  );
  if (!opened) return;
  for (const box of await dialog.getByRole("checkbox").all()) await box.check();
  for (const asked of await dialog.locator("textarea").all()) await asked.fill(reason);
  const typed = dialog.locator("input:not([type=hidden]):not([type=checkbox])");
  if ((await typed.count()) > 0) await typed.first().fill(incident.identity.upn);
  await dialog.getByRole("button", { name: confirm }).click();
}
