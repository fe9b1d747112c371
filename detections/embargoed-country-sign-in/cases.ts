import { at, type Case, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const from = (country: string) => ({ signIn: { location: { country } } });

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a sign-in over the only provider of North Korea",
    events: [...usual(), signIn(at(20, "03:00"), "175.45.176.99")],
    expect: {
      fires: true,
      title: "Signed in from a country under embargo",
      dedupKey: "embargoed-country-sign-in:id-ann@fabrikam.example:KP:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "a sign-in from an ordinary foreign country",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "wrong passwords from there",
    events: [...usual(), signIn(at(20, "03:00"), "198.51.100.20", { ...from("IR"), code: "50126" })],
    expect: { fires: false },
  },
];
