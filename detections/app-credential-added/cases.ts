import { at, type Case, event, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a secret on an application",
    events: [...usual(), event("app.credential.add", at(20, "03:20"), { app: { name: "Sync" } })],
    expect: {
      fires: true,
      title: "A secret was added to an application",
      dedupKey: "app-credential-added:id-ann@fabrikam.example:app.credential.add:Sync:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "a secret is removed",
    events: [...usual(), event("app.credential.remove", at(20, "03:20"), { app: { name: "Sync" } })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a harmless permission",
    events: [
      ...usual(),
      event("app.grant.role", at(20, "03:20"), { app: { name: "Sync", scopes: ["Printer.Read.All"] } }),
    ],
    expect: { fires: false },
  },
];
