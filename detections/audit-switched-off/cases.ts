import { at, type Case, event, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "auditing switched off",
    events: [
      ...usual(),
      event("audit.disable", at(20, "03:20"), {
        operation: "Set-AdminAuditLogConfig",
        target: { kind: "object", name: "tenant" },
      }),
    ],
    expect: {
      fires: true,
      title: "Auditing was switched off",
      dedupKey: "audit-switched-off:id-ann@fabrikam.example:Set-AdminAuditLogConfig:tenant",
    },
  },
  {
    kind: "negative",
    name: "auditing configured",
    events: [...usual(), event("audit.config.set", at(20, "03:20"))],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "switching off failed",
    events: [...usual(), event("audit.disable", at(20, "03:20"), { outcome: "failure" })],
    expect: { fires: false },
  },
];
