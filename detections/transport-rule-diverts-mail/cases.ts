import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "all invoices copied outside",
    events: [
      ...usual(),
      event("transport-rule.create", at(20, "03:20"), {
        recordId: "t-1",
        ip: HOSTING,
        rule: { name: ".", forwardsTo: ["x@mailbox.example"], conditions: { SubjectContainsWords: "invoice" } },
      }),
    ],
    expect: {
      fires: true,
      title: "Transport rule copies or removes the company's mail",
      dedupKey: "transport-rule-diverts-mail:id-ann@fabrikam.example:.:t-1",
    },
  },
  {
    kind: "negative",
    name: "a disclaimer",
    events: [
      ...usual(),
      event("transport-rule.create", at(20, "03:20"), {
        recordId: "t-1",
        ip: HOSTING,
        rule: { name: "Disclaimer", conditions: {} },
      }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a copy to the archive inside",
    events: [
      ...usual(),
      event("transport-rule.create", at(20, "03:20"), {
        recordId: "t-1",
        ip: HOSTING,
        rule: { name: "Archive", forwardsTo: ["archive@fabrikam.example"], conditions: {} },
      }),
    ],
    expect: { fires: false },
  },
];
