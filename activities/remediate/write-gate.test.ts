import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const sources = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.includes("/testing/"))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

/** The methods of the port that change something in a client's tenant. */
function writesOfThePort(): string[] {
  const port = sources.find((source) => source.path === "clients/m365/m365.ts")?.text ?? "";
  const members = [...port.matchAll(/^ {2}(\w+)\([^;]*?\): Promise<WriteOutcome/gms)].map((match) => String(match[1]));
  return members.filter((name) => name !== "enableAudit");
}

/** Onboarding prepares what a lock will need, before there is an incident; it locks nobody. */
const ALSO_BY_ONBOARDING = "tenant/access.ts";

const usersOf = (pattern: RegExp): string[] =>
  sources
    .filter(({ path, text }) => !path.startsWith("clients/") && pattern.test(text))
    .map(({ path }) => path)
    .toSorted();

test("the port's writes are called by executors alone, and executors are sent by the ledger alone, after the gate [S43]", () => {
  const writes = writesOfThePort();
  expect(writes).toEqual(expect.arrayContaining(["revokeSessions", "setAccountEnabled", "setPassword", "moveMessage"]));
  expect(writes.length).toBeGreaterThanOrEqual(18);
  expect(usersOf(new RegExp(`\\.(${writes.join("|")})\\b`))).toEqual([
    "remediate/executors-account.ts",
    "remediate/executors-apps.ts",
    "remediate/executors-mailbox.ts",
    ALSO_BY_ONBOARDING,
  ]);
  const others = writes.filter((name) => name !== "prepareBlockGroup");
  expect(usersOf(new RegExp(`\\.(${others.join("|")})\\b`))).not.toContain(ALSO_BY_ONBOARDING);
  expect(usersOf(/\.send\(c\.m365/)).toEqual(["remediate/ledger.ts"]);
  expect(usersOf(/executor\.send\(|\bEXECUTORS\[[^\]]+\]\.send/)).toEqual(["remediate/ledger.ts"]);
  expect(usersOf(/\baskGate\(tx, \{/)).toEqual(["remediate/ledger.ts"]);
});
