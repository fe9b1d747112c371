import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const APP = { client: { appId: "a0000000-0000-4000-8000-000000000001", appName: "Mail Sorter" } };
const colleagues = ["bob@fabrikam.example", "cid@fabrikam.example", "dora@fabrikam.example"];
const company = colleagues.flatMap((who) => usual(who, "81.130.20.9"));

export const cases: Case[] = [
  {
    kind: "positive",
    name: "an application nobody used is signed in to from a hosting provider",
    events: [...usual(), ...company, signIn(at(20, "03:00"), HOSTING, APP)],
    expect: {
      fires: true,
      title: "Application nobody here uses, from a strange place",
      dedupKey: "first-seen-application:id-ann@fabrikam.example:a0000000-0000-4000-8000-000000000001",
    },
  },
  {
    kind: "negative",
    name: "the same from home",
    events: [...usual(), ...company, signIn(at(20, "09:00"), HOME, APP)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "colleagues used the application before",
    events: [
      ...usual(),
      ...company,
      ...colleagues.map((who) => signIn(at(10, "10:00"), "81.130.20.9", { ...APP, who })),
      signIn(at(20, "03:00"), HOSTING, APP),
    ],
    expect: { fires: false },
  },
];
