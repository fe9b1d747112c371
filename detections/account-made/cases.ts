import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

const target = { kind: "User", id: "id-x", upn: "svc.backup@fabrikam.example" };

export const cases: Case[] = [
  {
    kind: "positive",
    name: "an account is made from a hosting provider",
    events: [...usual(), event("user.create", at(20, "03:00"), { ip: HOSTING, target })],
    expect: {
      fires: true,
      title: "An account was made",
      dedupKey: "account-made:id-ann@fabrikam.example:user.create:svc.backup@fabrikam.example",
    },
  },
  {
    kind: "positive",
    name: "a guest becomes a member",
    events: [
      ...usual(),
      event("user.update", at(20, "03:00"), { target, params: { UserType: "Member", "UserType.old": "Guest" } }),
    ],
    expect: {
      fires: true,
      title: "A guest was made a member",
      dedupKey: "account-made:id-ann@fabrikam.example:user.update:svc.backup@fabrikam.example",
    },
  },
  {
    kind: "negative",
    name: "an account is deleted",
    events: [...usual(), event("user.delete", at(20, "03:00"), { target })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "an update of the telephone number",
    events: [...usual(), event("user.update", at(20, "03:00"), { target, params: { TelephoneNumber: "1" } })],
    expect: { fires: false },
  },
];
