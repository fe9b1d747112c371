import { at, type Case, event, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "the federation of a domain is changed",
    events: [
      ...usual(),
      event("domain.federation.set", at(20, "03:20"), { target: { kind: "Domain", name: "fabrikam.example" } }),
    ],
    expect: {
      fires: true,
      title: "Who may issue sign-ins was changed",
      dedupKey: "sign-in-rules-weakened:id-ann@fabrikam.example:domain.federation.set:fabrikam.example",
    },
  },
  {
    kind: "negative",
    name: "a policy is added",
    events: [...usual(), event("policy.access.create", at(20, "03:20"))],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a policy is edited and stays on",
    events: [
      ...usual(),
      event("policy.access.update", at(20, "03:20"), {
        params: {
          "ConditionalAccessPolicy.old": '{"state":"enabled"}',
          ConditionalAccessPolicy: '{"state":"enabled","x":1}',
        },
      }),
    ],
    expect: { fires: false },
  },
];
