import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

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
];
