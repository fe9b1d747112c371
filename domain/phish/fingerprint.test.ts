import { expect, test } from "vitest";
import { bodyLikeness, fingerprintOf, likeness, linksOf, normalSubject, type PhishMail } from "./fingerprint.ts";

const BODY =
  "Dear colleague, your mailbox storage is almost full and incoming mail will be held back. Please sign in with your work " +
  "account to keep receiving mail and confirm that you are still using this mailbox before Friday evening.";
const mail = (values: Partial<PhishMail> = {}): PhishMail => ({
  internetMessageId: "<1@evil.example>",
  sender: "billing@evil.example",
  subject: "Your mailbox is almost full",
  body: BODY,
  attachments: [],
  ...values,
});
const phish = (values: Partial<PhishMail> = {}) => {
  const of = mail(values);
  return { internetMessageId: of.internetMessageId, fingerprint: fingerprintOf(of) };
};
const other = (values: Partial<PhishMail> = {}) => mail({ internetMessageId: "<2@evil.example>", ...values });

test("the same message is the same phish, whatever else is known of it [R86]", () => {
  const unread = { internetMessageId: "<1@evil.example>", fingerprint: null };
  expect(likeness(unread, mail({ sender: null, subject: "" }))?.matchedBy).toBe("message-id");
  expect(likeness(unread, other())).toBeUndefined();
});

test("a copy sent as a message of its own is known by sender, subject and one thing of its content [R86]", () => {
  const link = "See https://login.evil.example/a/b?u=1";
  const file = "a".repeat(64);
  expect(likeness(phish(), other({ subject: "FW: [EXTERNAL] Your mailbox  is almost full" }))).toMatchObject({
    matchedBy: "fingerprint",
    why: expect.stringContaining("same text"),
  });
  expect(likeness(phish({ body: link }), other({ body: "Hi https://login.evil.example/a/b/?u=2" }))?.why).toContain(
    "login.evil.example/a/b",
  );
  expect(likeness(phish({ body: "", attachments: [file] }), other({ body: "x", attachments: [file] }))?.why).toContain(
    "attachment",
  );
});

test("honest mail that differs in one thing is not the phish", () => {
  const honest = [
    other({ sender: "billing@client.example" }),
    other({ subject: "Your mailbox is full" }),
    other({
      body: "The canteen has a new menu for next week, with soup on Monday and fish on Friday as always before.",
    }),
    other({ body: "https://www.microsoft.com/privacy" }),
    other({ body: "" }),
  ];
  for (const one of honest) expect(likeness(phish(), one)).toBeUndefined();
  expect(likeness(phish({ body: "https://www.microsoft.com/a" }), other({ body: "https://www.microsoft.com/a" }))).toBe(
    undefined,
  );
  expect(likeness(phish({ subject: "RE: " }), other({ subject: "" }))).toBeUndefined();
});

test("what a sender changes from one recipient to the next does not hide the text", () => {
  const likely = bodyLikeness(
    fingerprintOf(mail({ body: `<p>Hello Ann 4711,</p>${BODY}` })).body,
    fingerprintOf(mail({ body: `<p>Hello Ben 9000,</p>${BODY}` })).body,
  );
  expect(likely).toBeGreaterThan(0.8);
  expect(bodyLikeness([], [])).toBe(0);
});

test("subjects and links are compared without what gateways and mail programs add", () => {
  expect(normalSubject("RE: Fwd: AW[2]:  Invoice  7 ")).toBe("invoice 7");
  const wrapped = `https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent("https://evil.example/x?id=1")}&amp;data=1`;
  expect(linksOf(`<a href="${wrapped}">`)).toEqual(["evil.example/x"]);
  expect(linksOf("https://")).toEqual([]);
});
