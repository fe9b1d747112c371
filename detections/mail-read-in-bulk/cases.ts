import { at, type Case, CHROME, event, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const laptop = { client: { userAgent: CHROME, deviceId: "d-1" } };

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
  {
    kind: "positive",
    name: "a few messages, read from a rented machine while the owner's browser works at home",
    events: [
      ...usual(),
      signIn(at(20, "09:00"), HOME),
      event("mail.read", at(20, "09:20"), { ip: HOSTING, mail: { itemCount: 6 } }),
    ],
    expect: {
      fires: true,
      title: "Mail opened from a strange place",
      dedupKey: "mail-read-in-bulk:id-ann@fabrikam.example:45.76.10.9:2026-06-21",
    },
  },
  {
    kind: "near-miss",
    name: "sixty messages in a new network, where the known computer has just signed in",
    events: [
      ...usual(),
      ...[2, 4, 6, 8, 10, 12].map((day) => signIn(at(day, "10:00"), HOME, laptop)),
      signIn(at(20, "09:00"), "82.3.4.5", laptop),
      event("mail.read", at(20, "09:20"), { ip: "82.3.4.5", mail: { itemCount: 60 } }),
    ],
    expect: { fires: false },
  },
  {
    kind: "positive",
    name: "sixty messages there, a day after the known computer was there",
    events: [
      ...usual(),
      ...[2, 4, 6, 8, 10, 12].map((day) => signIn(at(day, "10:00"), HOME, laptop)),
      signIn(at(20, "09:00"), "82.3.4.5", laptop),
      event("mail.read", at(21, "09:20"), { ip: "82.3.4.5", mail: { itemCount: 60 } }),
    ],
    expect: {
      fires: true,
      title: "Mailbox read in bulk from a strange place",
      dedupKey: "mail-read-in-bulk:id-ann@fabrikam.example:82.3.4.5:2026-06-22",
    },
  },
];
