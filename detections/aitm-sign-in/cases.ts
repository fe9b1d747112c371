import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a kit library meets the second factor",
    events: [
      ...usual(),
      signIn(at(20, "03:00:00"), HOSTING, { agent: "axios/1.7.9", code: "50074" }),
      signIn(at(20, "03:00:20"), HOSTING, { agent: "axios/1.7.9" }),
    ],
    expect: {
      fires: true,
      title: "Sign-in completed by a phishing kit's client",
      dedupKey: "aitm-sign-in:id-ann@fabrikam.example:45.76.10.9:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "the second factor is never met",
    events: [...usual(), signIn(at(20, "03:00:00"), HOSTING, { agent: "axios/1.7.9", code: "50074" })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "second factor asked and met at home",
    events: [...usual(), signIn(at(20, "09:00:00"), HOME, { code: "50074" }), signIn(at(20, "09:00:20"), HOME)],
    expect: { fires: false },
  },
];
