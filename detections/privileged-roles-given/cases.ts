import { at, type Case, event, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "global administrator",
    events: [
      ...usual(),
      event("role.add", at(20, "03:20"), {
        target: { kind: "User", upn: "bob@fabrikam.example" },
        params: { roleName: "Global Administrator" },
        outcome: "success",
      }),
    ],
    expect: {
      fires: true,
      title: "A privileged role was given",
      dedupKey: "privileged-roles-given:id-ann@fabrikam.example:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "the grant failed",
    events: [
      ...usual(),
      event("role.add", at(20, "03:20"), {
        target: { kind: "User", upn: "bob@fabrikam.example" },
        params: { roleName: "Global Administrator" },
        outcome: "failure",
      }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a role without power",
    events: [
      ...usual(),
      event("role.add", at(20, "03:20"), {
        target: { kind: "User", upn: "bob@fabrikam.example" },
        params: { roleName: "Message Center Reader" },
        outcome: "success",
      }),
    ],
    expect: { fires: false },
  },
];
