import { at, type Case, event, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "the owner presses report",
    events: [...usual(), event("mfa.fraud-reported", at(20, "03:05"))],
    expect: {
      fires: true,
      title: "Owner reported a prompt he did not start",
      dedupKey: "user-reported-prompt:id-ann@fabrikam.example:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "a prompt runs out unanswered",
    events: [...usual(), signIn(at(20, "03:05"), HOSTING, { code: "500121" })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a prompt is declined, not reported",
    events: [
      ...usual(),
      signIn(at(20, "03:05"), HOSTING, { code: "500121", params: { secondFactor: "MFA denied; user declined" } }),
    ],
    expect: { fires: false },
  },
];
