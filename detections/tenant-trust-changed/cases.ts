import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a certificate authority that signs people in is added",
    events: [
      ...usual(),
      event("tenant.update", at(20, "03:00"), {
        ip: HOSTING,
        target: { kind: "Company", name: "Fabrikam" },
        params: { TrustedCAsForPasswordlessAuth: "MIID" },
      }),
    ],
    expect: {
      fires: true,
      title: "Whom the tenant trusts was changed",
      dedupKey: "tenant-trust-changed:id-ann@fabrikam.example:root-ca:Fabrikam",
    },
  },
  {
    kind: "negative",
    name: "the company's telephone number changes",
    events: [...usual(), event("tenant.update", at(20, "03:00"), { params: { TelephoneNumber: "1" } })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "adding a partner fails",
    events: [...usual(), event("partner.add", at(20, "03:00"), { ip: HOSTING, outcome: "failure" })],
    expect: { fires: false },
  },
];
