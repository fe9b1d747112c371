import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

const bob = { target: { kind: "User", id: "id-bob", upn: "bob@fabrikam.example" } };

export const cases: Case[] = [
  {
    kind: "positive",
    name: "somebody who never did it resets a colleague's password",
    events: [...usual(), event("user.password.reset", at(20, "03:00"), { ip: HOSTING, ...bob })],
    expect: {
      fires: true,
      title: "Somebody else's way in was changed",
      dedupKey: "recovery-by-another:id-ann@fabrikam.example:user.password.reset:bob@fabrikam.example",
    },
  },
  {
    kind: "positive",
    name: "the password is changed from a hosting provider",
    events: [...usual(), event("user.password.change", at(20, "03:00"), { ip: HOSTING, recordId: "pw-1" })],
    expect: {
      fires: true,
      title: "Password changed from a strange place",
      dedupKey: "recovery-by-another:id-ann@fabrikam.example:user.password.change:pw-1",
    },
  },
  {
    kind: "negative",
    name: "the owner changes her password at home",
    events: [...usual(), event("user.password.change", at(20, "09:30"), { ip: HOME })],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a reset of somebody else's password that was refused",
    events: [...usual(), event("user.password.reset", at(20, "03:00"), { ip: HOSTING, outcome: "failure", ...bob })],
    expect: { fires: false },
  },
];
