import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const CLI = { client: { appId: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", appName: "Microsoft Azure CLI" } };
const MAIL = { client: { appId: "5d661950-3475-41cd-a2c3-d671a3162bc1", appName: "Microsoft Outlook" } };

export const cases: Case[] = [
  {
    kind: "positive",
    name: "the Azure command line gets a token at a hosting provider",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, CLI)],
    expect: {
      fires: true,
      title: "Microsoft client that reaches far used from a strange place",
      dedupKey: "first-party-client-abuse:id-ann@fabrikam.example:04b07795-8ddb-461a-bbee-02f9e1bf7b46:45.76.10.9",
    },
  },
  {
    kind: "negative",
    name: "mail is opened at a hosting provider",
    events: [...usual(), signIn(at(20, "03:00"), HOSTING, MAIL)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "an administrator who always uses the command line does so while travelling",
    events: [...usual(), signIn(at(3, "10:00"), HOME, CLI), signIn(at(20, "03:00"), HOSTING, CLI)],
    expect: { fires: false },
  },
];
