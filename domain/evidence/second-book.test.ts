import { describe, expect, test } from "vitest";
import { isOnboarding, type LedgerWrite, writeBehind } from "./second-book.ts";

const SENT = "2026-11-20T12:00:00.000Z";
const later = (ms: number) => new Date(Date.parse(SENT) + ms).toISOString();
const write = (values: Partial<LedgerWrite> = {}): LedgerWrite => ({
  id: "w1",
  kind: "disable-account",
  targetId: "object-1",
  targetLabel: "dana@client.example",
  sentAt: SENT,
  ...values,
});
const act = (values: Partial<Parameters<typeof writeBehind>[0]> = {}) => ({
  operation: "Disable account.",
  occurredAt: later(1_000),
  targets: ["object-1", "dana@client.example"],
  ...values,
});

describe("an act in the tenant and our ledger", () => {
  test("belong together by target, kind and time, whatever the log calls the target [S49]", () => {
    expect(writeBehind(act(), [write()])?.id).toBe("w1");
    expect(writeBehind(act({ targets: ["DANA@client.example"] }), [write()])?.id).toBe("w1");
    expect(writeBehind(act({ operation: "Update StsRefreshTokenValidFrom Timestamp." }), [write()])?.id).toBe("w1");
    expect(
      writeBehind(act({ operation: "Add member to group.", targets: ["group-1"] }), [
        write({ kind: "add-to-block-group", targetId: "group-1/object-1" }),
      ])?.id,
    ).toBe("w1");
  });

  test.each([
    ["another account", act({ targets: ["object-2"] })],
    ["another kind: enabling is not disabling", act({ operation: "Enable account." })],
    ["a kind no write of ours makes", act({ operation: "Add member to role." })],
    ["an hour after", act({ occurredAt: later(3_600_000) })],
    ["long before", act({ occurredAt: later(-3_600_000) })],
    ["no target at all", act({ targets: [] })],
  ])("do not: %s [S49]", (_name, foreign) => {
    expect(writeBehind(foreign, [write()])).toBeUndefined();
  });

  test("what onboarding makes is known at its time only", () => {
    expect(isOnboarding(act({ operation: "Add group" }), [SENT])).toBe(true);
    expect(isOnboarding(act({ operation: "Add group", occurredAt: later(3_600_000) }), [SENT])).toBe(false);
    expect(isOnboarding(act({ operation: "Disable account" }), [SENT])).toBe(false);
  });
});
