import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a dot that moves warnings to RSS Feeds",
    events: [
      ...usual(),
      event("inbox-rule.create", at(20, "03:20"), {
        recordId: "rule-1",
        ip: HOSTING,
        rule: { name: ".", movesTo: "RSS Feeds", conditions: { SubjectOrBodyContainsWords: "phish" } },
      }),
    ],
    expect: {
      fires: true,
      title: "Inbox rule hides mail from its owner",
      dedupKey: "inbox-rule-hides-mail:id-ann@fabrikam.example:.:rule-1",
    },
  },
  {
    kind: "negative",
    name: "newsletters to a folder of their own",
    events: [
      ...usual(),
      event("inbox-rule.create", at(20, "03:20"), {
        recordId: "rule-1",
        ip: HOSTING,
        rule: { name: "Newsletters", movesTo: "Newsletters", conditions: { From: "news@x.example" } },
      }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the dot rule is taken away",
    events: [
      ...usual(),
      event("inbox-rule.remove", at(20, "03:20"), {
        recordId: "rule-1",
        ip: HOSTING,
        rule: { name: ".", deletes: true, conditions: {} },
      }),
    ],
    expect: { fires: false },
  },
];
