import { at, type Case, event, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a disguised name becomes administrator",
    events: [
      ...usual(),
      event("role.add", at(20, "03:20"), {
        target: { kind: "User", upn: "itcornpany@fabrikam.example" },
        params: { roleName: "Global Administrator" },
      }),
    ],
    expect: {
      fires: true,
      title: "An account with a disguised name was made administrator",
      dedupKey: "lookalike-account:id-ann@fabrikam.example:itcornpany@fabrikam.example:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "a colleague becomes administrator",
    events: [
      ...usual(),
      event("role.add", at(20, "03:20"), {
        target: { kind: "User", upn: "bob@fabrikam.example" },
        params: { roleName: "Global Administrator" },
      }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a name with rn that reads as itself",
    events: [
      ...usual(),
      event("role.add", at(20, "03:20"), {
        target: { kind: "User", upn: "internal.audit@fabrikam.example" },
        params: { roleName: "Global Administrator" },
      }),
    ],
    expect: { fires: false },
  },
];
