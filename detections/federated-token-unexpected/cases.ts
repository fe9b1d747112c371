import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const CLOUD = { params: { tokenIssuerType: "AzureAD" } };
const FEDERATED = { params: { tokenIssuerType: "ADFederationServices" } };
const cloud = [2, 3, 4, 5].map((day) => signIn(at(day, "09:05"), HOME, CLOUD));

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a cloud account is signed in by a federation server from a hosting provider",
    events: [...usual(), ...cloud, signIn(at(20, "03:00"), HOSTING, FEDERATED)],
    expect: {
      fires: true,
      title: "A foreign issuer signed this account in",
      dedupKey: "federated-token-unexpected:id-ann@fabrikam.example:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "an account that was always federated",
    events: [...usual(), signIn(at(3, "09:05"), HOME, FEDERATED), signIn(at(20, "03:00"), HOSTING, FEDERATED)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the whole company is federated that day",
    events: [
      ...usual(),
      ...cloud,
      ...["bob@fabrikam.example", "cid@fabrikam.example"].map((who) =>
        signIn(at(20, "08:00"), "81.130.20.9", { ...FEDERATED, who }),
      ),
      signIn(at(20, "09:00"), HOME, FEDERATED),
    ],
    expect: { fires: false },
  },
];
