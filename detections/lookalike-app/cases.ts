import { at, type Case, event, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a well-known name with look-alike letters",
    events: [
      ...usual(),
      event("app.create", at(20, "03:20"), { app: { name: "rnicrosoft office" }, outcome: "success" }),
    ],
    expect: {
      fires: true,
      title: "An application imitates a well-known name",
      dedupKey: "lookalike-app:id-ann@fabrikam.example:rnicrosoft office:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "an ordinary application",
    events: [...usual(), event("app.create", at(20, "03:20"), { app: { name: "Payroll export" }, outcome: "success" })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a test named after the product it talks to",
    events: [
      ...usual(),
      event("app.create", at(20, "03:20"), { app: { name: "SharePoint export test" }, outcome: "success" }),
    ],
    expect: { fires: false },
  },
];
