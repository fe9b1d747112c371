import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const twoFactors = [1, 2, 3, 4].map((day) =>
  signIn(at(day, "09:10"), HOME, { signIn: { authRequirement: "multi", isInteractive: true } }),
);
const single = { signIn: { authRequirement: "single" as const, isInteractive: true } };

export const cases: Case[] = [
  {
    kind: "positive",
    name: "an account that needs two factors gets in with one from a hosting provider",
    events: [...usual(), ...twoFactors, signIn(at(20, "03:00"), HOSTING, single)],
    expect: {
      fires: true,
      title: "One factor was enough from a strange place",
      dedupKey: "single-factor-sign-in:id-ann@fabrikam.example:45.76.10.9:2946",
    },
  },
  {
    kind: "negative",
    name: "one factor from home",
    events: [...usual(), ...twoFactors, signIn(at(20, "09:00"), HOME, single)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "an account that is never asked for two",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, single)],
    expect: { fires: false },
  },
];
