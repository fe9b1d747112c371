import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The system's Chromium, or undefined where there is none. */
export const chromiumPath = (): string | undefined => PLACES.find((path) => path !== undefined && existsSync(path));

/** @throws when no Chromium is installed: install Debian's `chromium`, or set CHROMIUM_PATH. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (!executablePath)
    throw new Error("No Chromium found. Install it (apt-get install chromium) or set CHROMIUM_PATH.");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}
