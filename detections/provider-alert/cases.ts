import type { NormalizedEvent } from "#domain/event/event.ts";
import { ANN, at, type Case, event, usual } from "../testing/case-kit.ts";

const alert = (alertName: string, upn = ANN): NormalizedEvent => ({
  ...event("provider.alert", at(20, "04:00"), { target: { kind: "User", upn }, params: { alertName } }),
  actor: { kind: "microsoft-service", displayName: "SecurityComplianceAlerts" },
});

export const cases: Case[] = [
  {
    kind: "positive",
    name: "Microsoft stopped the account from sending",
    events: [...usual(), alert("User restricted from sending email")],
    expect: {
      fires: true,
      title: "Microsoft raised an alert about the account",
      dedupKey: "provider-alert:id-ann@fabrikam.example:User restricted from sending email:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "somebody reports junk",
    events: [...usual(), alert("Email reported by user as junk")],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the alert names a person who is not here",
    events: [...usual(), alert("User restricted from sending email", "stranger@example.org")],
    expect: { fires: false },
  },
];
