import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

const app = { name: "Payroll", appId: "b0000000-0000-4000-8000-000000000002" };

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a reply address is added",
    events: [
      ...usual(),
      event("app.update", at(20, "03:00"), {
        ip: HOSTING,
        app,
        params: {
          AppAddress: "https://pay.fabrikam.example/a https://evil.example/cb",
          "AppAddress.old": "https://pay.fabrikam.example/a",
        },
      }),
    ],
    expect: {
      fires: true,
      title: "An application sends its tokens somewhere else",
      dedupKey: "application-entry-changed:id-ann@fabrikam.example:reply:Payroll",
    },
  },
  {
    kind: "negative",
    name: "the name of an application changes",
    events: [
      ...usual(),
      event("app.update", at(20, "03:00"), { ip: HOSTING, app, params: { DisplayName: "Payroll 2" } }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "adding an owner fails",
    events: [...usual(), event("app.owner.add", at(20, "03:00"), { ip: HOSTING, app, outcome: "failure" })],
    expect: { fires: false },
  },
];
