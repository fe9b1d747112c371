import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

const read = (name: string, ip: string, more: object = {}) =>
  event("secret.bitlocker-key.read", at(20, "03:00"), { ip, target: { kind: "Device", name }, ...more });

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a disk key is read from a hosting provider",
    events: [...usual(), read("LT-1", HOSTING)],
    expect: {
      fires: true,
      title: "Stored secrets or the whole directory read",
      dedupKey: "stored-secret-read:id-ann@fabrikam.example:2026-06-21T03",
    },
  },
  {
    kind: "negative",
    name: "the help desk reads one at home",
    events: [...usual(), read("LT-1", HOME)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the reading is refused",
    events: [...usual(), read("LT-1", HOSTING, { outcome: "failure" })],
    expect: { fires: false },
  },
];
