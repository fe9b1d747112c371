import { at, type Case, event, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a second factor is added",
    events: [...usual(), event("auth-method.add", at(20, "03:20"), { recordId: "m-1" })],
    expect: {
      fires: true,
      title: "A second factor was added",
      dedupKey: "second-factor-changed:id-ann@fabrikam.example:auth-method.add:m-1",
    },
  },
  {
    kind: "negative",
    name: "a second factor is removed",
    events: [...usual(), event("auth-method.remove", at(20, "03:20"))],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "adding it failed",
    events: [...usual(), event("auth-method.add", at(20, "03:20"), { outcome: "failure" })],
    expect: { fires: false },
  },
];
