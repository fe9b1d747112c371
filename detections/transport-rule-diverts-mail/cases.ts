import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

const passes = (recordId: string, level: string) =>
  event("transport-rule.create", at(20, "03:20"), {
    recordId,
    ip: HOSTING,
    params: { SetSCL: level, SenderIpRanges: "193.0.14.129" },
    rule: { name: "Partner", conditions: { SenderIpRanges: "193.0.14.129" } },
  });

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
  {
    kind: "positive",
    name: "mail from one address passes the spam filter",
    events: [...usual(), passes("t-1", "-1")],
    expect: {
      fires: true,
      title: "Transport rule copies or removes the company's mail",
      dedupKey: "transport-rule-diverts-mail:id-ann@fabrikam.example:Partner:t-1",
    },
  },
  {
    kind: "near-miss",
    name: "mail from one address is marked as spam",
    events: [...usual(), passes("t-1", "9")],
    expect: { fires: false },
  },
];
