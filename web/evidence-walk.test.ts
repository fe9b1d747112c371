import { describe, expect, it } from "vitest";
import { chromiumPath } from "./browser.ts";
import { useWalk } from "./use-walk.ts";

const hasBrowser = chromiumPath() !== undefined;
if (!hasBrowser) console.warn("No Chromium found: the walk through the proof is left out (apt-get install chromium).");

describe.skipIf(!hasBrowser)("Proof and latency in a browser", () => {
  const walk = useWalk();

  it("exports the evidence of an open and of a closed incident as a download [S48]", async () => {
    for (const path of ["/incidents/i-lock", "/incidents/i-done"]) {
      const page = await walk.open(path);
      const waiting = page.waitForEvent("download");
      await page.getByRole("button", { name: "Export the evidence" }).click();
      const download = await waiting;
      expect(download.suggestedFilename()).toBe("incident-1.jsonl");
      await walk.close();
    }
  });

  it("says leg by leg whose time it was, and what Microsoft does not tell", async () => {
    const page = await walk.open("/incidents/i-lock");
    const ledger = page.getByRole("region", { name: "How long it took" });
    expect(await ledger.getByRole("row", { name: "Until Microsoft could show the record" }).textContent()).toMatch(
      /Microsoft.*90 s|2 min/,
    );
    await page.goto(`${walk.url()}/incidents/i-tom`);
    expect(await ledger.textContent()).toMatch(/cannot be told apart/);
    expect(await ledger.getByRole("row", { name: "Until Petra had read it" }).textContent()).toMatch(/not known/);
    await page.getByRole("link", { name: "This tenant’s times" }).click();
    await page.getByRole("heading", { name: "From the attacker’s act to the lock that was read back" }).waitFor();
    await walk.close();
  });

  it.each(["light", "dark"] as const)("is accessible and as wide as its window, %s", async (scheme) => {
    for (const width of [390, 1440])
      for (const path of ["/latency", "/tenants/t-harlow/latency", "/incidents/i-tom"]) {
        const page = await walk.open(path, { width, scheme });
        expect(await walk.problems(page)).toEqual([]);
        await walk.close();
      }
  });
});
