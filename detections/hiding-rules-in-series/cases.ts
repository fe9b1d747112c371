import { at, type Case, event, HOME, usual } from "../testing/case-kit.ts";

const rule = (time: string, name: string, conditions: Record<string, string>, more: object = { deletes: true }) =>
  event("inbox-rule.create", at(20, time), { ip: HOME, rule: { name, conditions, ...more } });
const warnings = rule("09:00", "rule2", { SubjectContainsWords: "do not open" }, { movesTo: "Junk Email" });
const newsletter = rule("09:40", "shop", { BodyContainsWords: "unsubscribe" });

export const cases: Case[] = [
  {
    kind: "positive",
    name: "warnings go to the junk and other mail is deleted, in one sitting",
    events: [...usual(), warnings, newsletter],
    expect: {
      fires: true,
      title: "Several rules made in one sitting to keep the owner blind",
      dedupKey: "hiding-rules-in-series:id-ann@fabrikam.example:2026-06-21T09",
    },
  },
  { kind: "negative", name: "one rule", events: [...usual(), newsletter], expect: { fires: false } },
  {
    kind: "near-miss",
    name: "two rules of somebody who tidies up, none of them about warnings",
    events: [
      ...usual(),
      newsletter,
      rule("09:50", "tagged", { SubjectContainsWords: "[SPAM]" }, { movesTo: "Junk Email" }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "one rule about warnings, saved twice",
    events: [...usual(), warnings, rule("09:10", "rule2", { SubjectContainsWords: "do not open" })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "warnings are sorted where they are read",
    events: [
      ...usual(),
      rule("09:00", "IT", { SubjectContainsWords: "phishing" }, { movesTo: "Service desk" }),
      newsletter,
    ],
    expect: { fires: false },
  },
];
