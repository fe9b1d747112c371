import { expect, test } from "vitest";
import { goVerdict, installHint, isRecentCli } from "./temporal-binaries.ts";

test.each([
  ["go1.26.8", "local", true],
  ["go1.27.0", "auto", true],
  ["go1.21.3", "auto", true],
  ["go1.26.7", "local", false],
  ["go1.20.14", "auto", false],
  [undefined, "", false],
])("Go %s with GOTOOLCHAIN=%s can build the server: %s", (version, toolchain, ok) => {
  expect(goVerdict(version, toolchain).ok).toBe(ok);
});

test.each([
  ["temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)", true],
  ["temporal version 1.8.2 (Server 1.31.0, UI 2.50.0)", false],
  ["something else", false],
])("a command that says %j is recent enough: %s", (text, ok) => {
  expect(isRecentCli(text)).toBe(ok);
});

test("without any server the hint names the exact command and the other ways", () => {
  expect(installHint("Go is not installed")).toMatch(/go1\.26\.8.*temporal CLI 1\.9.*TEMPORAL_ADDRESS.*--download/);
});
