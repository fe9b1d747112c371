import { expect, test } from "vitest";
import { hearSecond, MAILBOXES_ALONE, type PreviewCopy, previewOf, previewText } from "./preview.ts";

const copy = (n: number, values: Partial<PreviewCopy> = {}): PreviewCopy => ({
  id: `c${n}`,
  tenantId: "t1",
  mailboxObjectId: `m${n}`,
  state: "found",
  isNeverTouch: false,
  ...values,
});

test("more than one tenant, or more than a hundred mailboxes, needs a second person [S45]", () => {
  const many = Array.from({ length: MAILBOXES_ALONE + 1 }, (_, n) => copy(n));
  expect(previewOf("retract", many.slice(1)).needsSecond).toBe(false);
  expect(previewOf("retract", many).needsSecond).toBe(true);
  expect(previewOf("retract", [copy(1), copy(2, { tenantId: "t2" })]).needsSecond).toBe(true);
  expect(previewOf("retract", [copy(1), copy(2, { mailboxObjectId: "m1" })])).toMatchObject({ mails: 2, mailboxes: 1 });
});

test("only what can be moved is counted, and the rest says why", () => {
  const copies = [copy(1), copy(2, { state: "moved" }), copy(3, { isNeverTouch: true }), copy(4, { state: "gone" })];
  const plan = previewOf("retract", copies);
  expect(plan.matchIds).toEqual(["c1"]);
  expect(plan.leftOut).toEqual([
    { id: "c2", why: "nothing-to-do" },
    { id: "c3", why: "never-touch" },
    { id: "c4", why: "nothing-to-do" },
  ]);
  expect(previewOf("restore", copies).matchIds).toEqual(["c2"]);
});

test("the same copies in another order are the same preview, one more is another", () => {
  const text = (...copies: PreviewCopy[]) => previewText(previewOf("retract", copies));
  expect(text(copy(1), copy(2))).toBe(text(copy(2), copy(1)));
  expect(text(copy(1))).not.toBe(text(copy(1), copy(2)));
  expect(text(copy(1))).not.toBe(text(copy(1, { tenantId: "t2" })));
});

test("a second word counts from another member in another session on the same preview within 30 minutes [S45]", () => {
  const order = {
    state: "waiting" as const,
    memberId: "a",
    session: "s1",
    previewHash: "h",
    at: "2026-11-20T12:00:00.000Z",
  };
  const word = { memberId: "b", session: "s2", previewHash: "h", now: "2026-11-20T12:30:00.000Z" };
  const codeOf = (values: Partial<typeof word>, of = order) => {
    const heard = hearSecond(of, { ...word, ...values });
    return heard.ok ? "ok" : heard.code;
  };
  expect(codeOf({})).toBe("ok");
  expect(codeOf({ memberId: "a" })).toBe("no-right");
  expect(codeOf({ session: "s1" })).toBe("no-right");
  expect(codeOf({ previewHash: "x" })).toBe("plan-changed");
  expect(codeOf({ now: "2026-11-20T12:30:00.001Z" })).toBe("expired");
  expect(codeOf({}, { ...order, state: "placed" as never })).toBe("already-done");
});
