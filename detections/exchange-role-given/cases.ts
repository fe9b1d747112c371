import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "impersonation is given to an account",
    events: [
      ...usual(),
      event("exchange-role.add", at(20, "03:00"), {
        ip: HOSTING,
        params: { Role: "ApplicationImpersonation", User: "svc@fabrikam.example" },
      }),
    ],
    expect: {
      fires: true,
      title: "A role that opens all mailboxes was given",
      dedupKey: "exchange-role-given:id-ann@fabrikam.example:ApplicationImpersonation:svc@fabrikam.example",
    },
  },
  {
    kind: "negative",
    name: "a role that only looks",
    events: [...usual(), event("exchange-role.add", at(20, "10:00"), { params: { Role: "View-Only Recipients" } })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "giving the role fails",
    events: [
      ...usual(),
      event("exchange-role.add", at(20, "03:00"), { outcome: "failure", params: { Role: "ApplicationImpersonation" } }),
    ],
    expect: { fires: false },
  },
];
