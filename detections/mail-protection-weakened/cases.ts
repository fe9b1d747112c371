import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "safe links are switched off",
    events: [
      ...usual(),
      event("mail-protection.set", at(20, "03:00"), {
        ip: HOSTING,
        operation: "Set-SafeLinksPolicy",
        params: { Identity: "Default", EnableSafeLinksForEmail: "False" },
      }),
    ],
    expect: {
      fires: true,
      title: "Protection of mail was weakened",
      dedupKey: "mail-protection-weakened:id-ann@fabrikam.example:Set-SafeLinksPolicy:Default",
    },
  },
  {
    kind: "negative",
    name: "safe links are switched on",
    events: [
      ...usual(),
      event("mail-protection.set", at(20, "10:00"), {
        ip: HOME,
        operation: "Set-SafeLinksPolicy",
        params: { Identity: "Default", EnableSafeLinksForEmail: "True" },
      }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the owner trusts a sender from home",
    events: [
      ...usual(),
      event("mailbox.junk.set", at(20, "10:00"), {
        ip: HOME,
        operation: "Set-MailboxJunkEmailConfiguration",
        params: { TrustedSendersAndDomains: "news@example.org" },
      }),
    ],
    expect: { fires: false },
  },
];
