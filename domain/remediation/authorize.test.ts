import { expect, test } from "vitest";
import { type AuthorityQuestion, authorize, POLICY_VERSION } from "./authorize.ts";

const question: AuthorityQuestion = {
  step: "revoke-and-lock",
  tenant: { responseEnabled: true, phase: "active", isScanOnly: false, accessLost: false },
  account: { isPrivileged: false, isLastGlobalAdmin: false, isBreakGlass: false, isSyncAccount: false },
  confidence: 0.9,
};
const tenant = (change: Partial<AuthorityQuestion["tenant"]>) => ({
  ...question,
  tenant: { ...question.tenant, ...change },
});
const account = (change: Partial<AuthorityQuestion["account"]>) => ({
  ...question,
  account: { ...question.account, ...change },
});

test("with Response on the first three steps run by themselves [R72]", () => {
  for (const step of ["revoke-and-lock", "retract-phish", "disable-persistence"] as const)
    expect(authorize({ ...question, step })).toMatchObject({ answer: "auto", policyVersion: POLICY_VERSION });
});

test("resetting, re-enabling and closing are always left to a person [R74]", () => {
  for (const step of ["reset-password", "reenable-account", "mark-remediated"] as const)
    expect(authorize({ ...question, step }).answer).toBe("never");
});

test("with Response off nothing runs by itself [R78]", () => {
  expect(authorize(tenant({ responseEnabled: false })).answer).toBe("never");
});

test.each([
  ["a scan-only tenant", tenant({ isScanOnly: true })],
  ["a tenant without consent", tenant({ phase: "consent" })],
  ["a removed tenant", tenant({ phase: "removed" })],
  ["a tenant whose access was lost", tenant({ accessLost: true })],
])("%s is never written to without a person", (_name, asked) => {
  expect(authorize(asked).answer).toBe("never");
});

test.each([
  ["the last Global Administrator", account({ isLastGlobalAdmin: true })],
  ["an emergency account", account({ isBreakGlass: true })],
  ["the account of directory synchronisation", account({ isSyncAccount: true })],
  ["a confidence below the floor", { ...question, confidence: 0.74 }],
])("%s is put before an analyst [S44]", (_name, asked) => {
  const { answer, reason } = authorize(asked);
  expect(answer).toBe("ask");
  expect(reason).not.toBe("");
});

test("a paused tenant's open incident is still worked on", () => {
  expect(authorize(tenant({ phase: "paused" })).answer).toBe("auto");
});
