import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "five refusals, then accepted",
    events: [
      ...usual(),
      ...[1, 2, 3, 4, 5].map((n) => signIn(at(20, `03:0${n}`), HOSTING, { code: "500121" })),
      signIn(at(20, "03:10"), HOSTING),
    ],
    expect: {
      fires: true,
      title: "Second factor refused again and again, then accepted",
      dedupKey: "mfa-fatigue:id-ann@fabrikam.example:2026-06-21T03",
    },
  },
  {
    kind: "negative",
    name: "five refusals and no more",
    events: [
      ...usual(),
      ...[1, 2, 3, 4, 5].map((n) => signIn(at(20, `03:0${n}`), HOSTING, { code: "500121" })),
      signIn(at(21, "09:10"), HOME),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "refused at home on a new phone",
    events: [
      ...usual(),
      ...[1, 2, 3, 4, 5].map((n) => signIn(at(20, `03:0${n}`), HOME, { code: "500121" })),
      signIn(at(20, "03:10"), HOME),
    ],
    expect: { fires: false },
  },
  {
    kind: "positive",
    name: "nine refusals, then accepted, from a network the account is at home in",
    events: [
      ...usual(),
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => signIn(at(20, `03:0${n}`), HOME, { code: "500121" })),
      signIn(at(20, "03:10"), HOME),
    ],
    expect: {
      fires: true,
      title: "Second factor refused again and again, then accepted",
      dedupKey: "mfa-fatigue:id-ann@fabrikam.example:2026-06-21T03",
    },
  },
];
