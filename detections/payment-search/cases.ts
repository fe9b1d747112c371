import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

const search = (text: string, ip: string) => event("search.mail", at(20, "03:00"), { ip, params: { QueryText: text } });

export const cases: Case[] = [
  {
    kind: "positive",
    name: "the mailbox is searched for wire transfers from a hosting provider",
    events: [...usual(), search("wire transfer", HOSTING)],
    expect: {
      fires: true,
      title: "Payments and passwords looked for from a strange place",
      dedupKey: "payment-search:id-ann@fabrikam.example:45.76.10.9:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "the same from home",
    events: [...usual(), search("wire transfer", HOME)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a search for lunch",
    events: [...usual(), search("lunch", HOSTING)],
    expect: { fires: false },
  },
];
