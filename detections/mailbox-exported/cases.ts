import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a mailbox is exported to a file",
    events: [...usual(), event("mailbox.export", at(20, "03:00"), { ip: HOSTING, params: { Mailbox: "boss" } })],
    expect: {
      fires: true,
      title: "Mailbox or search results exported",
      dedupKey: "mailbox-exported:id-ann@fabrikam.example:mailbox.export:boss:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "an export that was refused",
    events: [...usual(), event("mailbox.export", at(20, "03:00"), { ip: HOSTING, outcome: "failure" })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a search without export from the office",
    events: [...usual(), event("ediscovery.search", at(20, "10:00"), { ip: HOME, params: { Name: "Case 12" } })],
    expect: { fires: false },
  },
];
