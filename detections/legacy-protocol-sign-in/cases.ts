import { at, type Case, event, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "an old protocol from a strange place",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, { agent: "BAV2ROPC", signIn: { isLegacyAuth: true } })],
    expect: {
      fires: true,
      title: "Old protocol without a second factor",
      dedupKey: "legacy-protocol-sign-in:id-ann@fabrikam.example:45.76.10.9",
    },
  },
  {
    kind: "negative",
    name: "a new protocol from a strange place",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the scanner at home",
    events: [...usual(), signIn(at(20, "09:00"), HOME, { agent: "BAV2ROPC", signIn: { isLegacyAuth: true } })],
    expect: { fires: false },
  },
  {
    kind: "positive",
    name: "a log that does not tell the protocol, but a client that names itself",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, { agent: "BAV2ROPC" })],
    expect: {
      fires: true,
      title: "Old protocol without a second factor",
      dedupKey: "legacy-protocol-sign-in:id-ann@fabrikam.example:45.76.10.9",
    },
  },
  {
    kind: "positive",
    name: "mail fetched by POP3 from a strange place, whatever the sign-in is called",
    events: [...usual(), event("mail.read", at(20, "03:00"), { client: { ip: HOSTING, protocol: "POP3/IMAP4" } })],
    expect: {
      fires: true,
      title: "Old protocol without a second factor",
      dedupKey: "legacy-protocol-sign-in:id-ann@fabrikam.example:45.76.10.9",
    },
  },
  {
    kind: "near-miss",
    name: "a telephone fetches its mail there",
    events: [...usual(), event("mail.read", at(20, "03:00"), { client: { ip: HOSTING, protocol: "ActiveSync" } })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "wrong passwords on the owner's own scanner at home, then the right one",
    events: [
      ...usual(),
      ...["08:50", "08:55"].map((time) => signIn(at(20, time), HOME, { agent: "BAV2ROPC", code: "50126" })),
      signIn(at(20, "09:00"), HOME, { agent: "BAV2ROPC" }),
    ],
    expect: { fires: false },
  },
];
