import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a mailbox opened to a disguised account",
    events: [
      ...usual(),
      event("mailbox.delegate.add", at(20, "03:20"), {
        ip: HOSTING,
        target: { kind: "mailbox", upn: "bob@fabrikam.example" },
        params: { grantee: "ITCornpany", AccessRights: "FullAccess" },
      }),
    ],
    expect: {
      fires: true,
      title: "A mailbox was opened to somebody else",
      dedupKey: "mailbox-delegated:id-ann@fabrikam.example:ITCornpany:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "the grant failed",
    events: [
      ...usual(),
      event("mailbox.delegate.add", at(20, "03:20"), {
        ip: HOSTING,
        target: { kind: "mailbox", upn: "bob@fabrikam.example" },
        params: { grantee: "ITCornpany", AccessRights: "FullAccess" },
        outcome: "failure",
      }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the calendar default entry",
    events: [
      ...usual(),
      event("mailbox.delegate.add", at(20, "03:20"), {
        ip: HOSTING,
        target: { kind: "mailbox", upn: "bob@fabrikam.example" },
        params: { grantee: "Default", AccessRights: "FullAccess" },
      }),
    ],
    expect: { fires: false },
  },
];
