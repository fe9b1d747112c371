import { at, type Case, event, HOME, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "six files opened to anybody",
    events: [
      ...usual(),
      ...Array.from({ length: 6 }, (_, i) =>
        event("share.anonymous-link.create", at(20, `03:0${i}`), { ip: HOME, file: { name: `f${i}` } }),
      ),
    ],
    expect: {
      fires: true,
      title: "Files opened to anybody with the link",
      dedupKey: "files-opened-to-anybody:id-ann@fabrikam.example:2026-06-21T03",
    },
  },
  {
    kind: "negative",
    name: "a link for the company",
    events: [...usual(), event("share.company-link.create", at(20, "03:00"), { ip: HOME })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "one file shared at home",
    events: [
      ...usual(),
      ...Array.from({ length: 1 }, (_, i) =>
        event("share.anonymous-link.create", at(20, `03:0${i}`), { ip: HOME, file: { name: `f${i}` } }),
      ),
    ],
    expect: { fires: false },
  },
];
