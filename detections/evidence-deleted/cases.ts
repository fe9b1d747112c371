import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "sent mail removed from a strange place",
    events: [
      ...usual(),
      event("mail.delete", at(20, "03:20"), {
        ip: HOSTING,
        mail: { subject: "Secure message", folder: "\\Sent Items" },
      }),
    ],
    expect: {
      fires: true,
      title: "Mail removed that would have warned the owner",
      dedupKey: "evidence-deleted:id-ann@fabrikam.example:45.76.10.9:2026-06-21T03",
    },
  },
  {
    kind: "negative",
    name: "newsletter deleted at home",
    events: [
      ...usual(),
      event("mail.delete", at(20, "03:20"), { ip: HOME, mail: { subject: "Newsletter", folder: "Inbox" } }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "own sent mail deleted at home",
    events: [
      ...usual(),
      event("mail.delete", at(20, "03:20"), { ip: HOME, mail: { subject: "Secure message", folder: "\\Sent Items" } }),
    ],
    expect: { fires: false },
  },
];
