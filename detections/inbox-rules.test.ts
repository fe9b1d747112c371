import { describe, expect, it } from "vitest";
import { describeRule } from "./inbox-rules.ts";

const rule = (conditions: Record<string, string>, more: object = {}) => describeRule({ conditions, ...more });

describe("a rule in words", () => {
  it.each([
    [{ SubjectOrBodyContainsWords: "docusign;fraud;spam" }, "subject or body has docusign, fraud or spam"],
    [{ bodyOrSubjectContains: '["invoice","iban"]' }, "subject or body has invoice or iban"],
    [{ From: "bank@example.com" }, "sender is bank@example.com"],
    [{ SubjectContainsWords: "payroll ; " }, "subject has payroll"],
    [{ From: "a@example.com", subjectContains: '["x"]' }, "sender is a@example.com, and subject has x"],
    [{ HasAttachment: "True" }, "HasAttachment is True"],
    [{ fromAddresses: '[{"address":"a@example.com"}]' }, 'sender is [{"address":"a@example.com"}]'],
  ])("says %o as people do", (conditions, words) => {
    expect(rule(conditions, { movesTo: "RSS Feeds", marksRead: true })).toBe(
      `moves to RSS Feeds, marks as read on mail whose ${words}`,
    );
  });

  it("without a condition it acts on all mail", () => {
    expect(rule({}, { deletes: true })).toBe("deletes on all mail");
  });
});
