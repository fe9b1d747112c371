import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const LEAVER = "old.lee@fabrikam.example";
const tried = (ip: string) =>
  [1, 2, 3].map((n) => signIn(at(20, `02:0${n}`), ip, { who: LEAVER, code: "50057", recordId: `t-${ip}-${n}` }));

export const cases: Case[] = [
  {
    kind: "positive",
    name: "after a disabled account another one is opened from the same address",
    events: [...usual(), ...usual(LEAVER, "81.130.30.3"), ...tried(HOSTING), signIn(at(20, "02:20"), HOSTING)],
    expect: {
      fires: true,
      title: "The address that tried a disabled account got into this one",
      dedupKey: "disabled-account-tried:id-ann@fabrikam.example:45.76.10.9:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "the tries come from the owner's home, where a leaver's telephone still asks",
    events: [...usual(), ...usual(LEAVER, HOME), ...tried(HOME), signIn(at(20, "02:20"), HOME)],
    expect: { fires: false },
  },
  {
    kind: "positive",
    name: "the address comes back four days later",
    events: [...usual(), ...usual(LEAVER, "81.130.30.3"), ...tried(HOSTING), signIn(at(24, "02:20"), HOSTING)],
    expect: {
      fires: true,
      title: "The address that tried a disabled account got into this one",
      dedupKey: "disabled-account-tried:id-ann@fabrikam.example:45.76.10.9:2026-06-25",
    },
  },
  {
    kind: "near-miss",
    name: "the success comes days after a single try",
    events: [
      ...usual(),
      ...usual(LEAVER, "81.130.30.3"),
      ...tried(HOSTING).slice(0, 1),
      signIn(at(24, "02:20"), HOSTING),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "days later several people sign in from there: an office that moved, with an old mailbox still set up",
    events: [
      ...usual(),
      ...usual(LEAVER, "81.130.30.3"),
      ...tried(HOSTING),
      ...["bob", "cat"].map((who) => signIn(at(24, "02:10"), HOSTING, { who: `${who}@fabrikam.example` })),
      signIn(at(24, "02:20"), HOSTING),
    ],
    expect: { fires: false },
  },
];
