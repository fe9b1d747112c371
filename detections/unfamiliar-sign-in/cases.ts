import { at, type Case, FIREFOX_LINUX, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "first sign-in from a hosting provider",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, { agent: FIREFOX_LINUX })],
    expect: {
      fires: true,
      title: "Account used from an unfamiliar place",
      dedupKey: "unfamiliar-sign-in:id-ann@fabrikam.example:45.76.10.9:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "from home as ever",
    events: [...usual(), signIn(at(20, "09:00"), HOME)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "another address of the same home network",
    events: [...usual(), signIn(at(20, "09:00"), "81.130.14.77")],
    expect: { fires: false },
  },
];
