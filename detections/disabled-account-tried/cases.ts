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
    kind: "near-miss",
    name: "the success comes days after the tries",
    events: [...usual(), ...usual(LEAVER, "81.130.30.3"), ...tried(HOSTING), signIn(at(24, "02:20"), HOSTING)],
    expect: { fires: false },
  },
];
