import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "forwarding to a free mailbox",
    events: [
      ...usual(),
      event("mailbox.forwarding.set", at(20, "03:20"), {
        recordId: "fwd-1",
        ip: HOSTING,
        params: { forwardsTo: "ann.b@gmail.com" },
      }),
    ],
    expect: {
      fires: true,
      title: "Mailbox forwarding leads outside",
      dedupKey: "mail-forwarded-outside:id-ann@fabrikam.example:ann@fabrikam.example:ann.b@gmail.com:fwd-1",
    },
  },
  {
    kind: "positive",
    name: "forwarding to a contact that stands for a free mailbox",
    events: [
      ...usual(),
      event("mail-contact.create", at(20, "03:10"), {
        who: "bob@fabrikam.example",
        params: { Name: "Ann Archive", ExternalEmailAddress: "SMTP:ann.b@gmail.com" },
      }),
      event("mailbox.forwarding.set", at(20, "03:20"), {
        recordId: "fwd-2",
        ip: HOSTING,
        params: { forwardsTo: "fabrikam.example/users/ann archive" },
      }),
    ],
    expect: {
      fires: true,
      title: "Mailbox forwarding leads outside",
      dedupKey: "mail-forwarded-outside:id-ann@fabrikam.example:ann@fabrikam.example:ann.b@gmail.com:fwd-2",
    },
  },
  {
    kind: "negative",
    name: "forwarding to a colleague",
    events: [
      ...usual(),
      event("mailbox.forwarding.set", at(20, "09:20"), { ip: HOME, params: { forwardsTo: "bob@fabrikam.example" } }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "forwarding to a sub-domain of the company",
    events: [
      ...usual(),
      event("mailbox.forwarding.set", at(20, "09:20"), {
        ip: HOME,
        params: { forwardsTo: "ann@help.fabrikam.example" },
      }),
    ],
    expect: { fires: false },
  },
];
