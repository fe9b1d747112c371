import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "rated high from a strange place",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, { signIn: { riskLevel: "high" } })],
    expect: {
      fires: true,
      title: "Microsoft rates the sign-in risky",
      dedupKey: "provider-risk:id-ann@fabrikam.example:high:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "rated none",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, { signIn: { riskLevel: "none" } })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "rated high at home",
    events: [...usual(), signIn(at(20, "09:00"), HOME, { signIn: { riskLevel: "high" } })],
    expect: { fires: false },
  },
];
