import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "an inbound connector",
    events: [
      ...usual(),
      event("connector.inbound.create", at(20, "03:20"), { ip: HOSTING, params: { Name: "Relay" } }),
    ],
    expect: {
      fires: true,
      title: "A way in or out of the mail system was opened",
      dedupKey: "mail-flow-opened:id-ann@fabrikam.example:connector.inbound.create:Relay",
    },
  },
  {
    kind: "negative",
    name: "the connector is removed",
    events: [
      ...usual(),
      event("connector.inbound.remove", at(20, "03:20"), { ip: HOSTING, params: { Name: "Relay" } }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a connector made switched off",
    events: [
      ...usual(),
      event("connector.inbound.create", at(20, "09:20"), { ip: HOME, params: { Name: "Relay", Enabled: "False" } }),
    ],
    expect: { fires: false },
  },
];
