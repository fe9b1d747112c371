import { at, type Case, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a script library signs in as a person from a strange place",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, { agent: "python-requests/2.32" })],
    expect: {
      fires: true,
      title: "A script library signed in as a person",
      dedupKey: "toolkit-sign-in:id-ann@fabrikam.example:python-requests:45.76.10.9",
    },
  },
  {
    kind: "negative",
    name: "a browser signs in",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "an account of a machine that signs in by a library every day moves to another rented address",
    events: [1, 2, 3, 4, 5, 6, 20].map((day) =>
      signIn(at(day, "01:00"), day === 20 ? "18.185.201.36" : HOSTING, { agent: "python-requests/2.32" }),
    ),
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a script library fails",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, { agent: "python-requests/2.32", code: "50126" })],
    expect: { fires: false },
  },
];
