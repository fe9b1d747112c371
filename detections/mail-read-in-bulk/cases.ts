import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "sixty messages from a strange place",
    events: [...usual(), event("mail.read", at(20, "03:20"), { ip: HOSTING, mail: { itemCount: 60 } })],
    expect: {
      fires: true,
      title: "Mailbox read in bulk from a strange place",
      dedupKey: "mail-read-in-bulk:id-ann@fabrikam.example:45.76.10.9:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "sixty messages at home",
    events: [...usual(), event("mail.read", at(20, "09:20"), { ip: HOME, mail: { itemCount: 60 } })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the service reads for the person",
    events: [...usual(), event("mail.read", at(20, "09:20"), { ip: "20.190.160.24", mail: { itemCount: 60 } })],
    expect: { fires: false },
  },
];
