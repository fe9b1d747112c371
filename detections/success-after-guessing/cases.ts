import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a spraying address then signs in",
    events: [
      ...usual(),
      ...["bob", "cid", "dee", "eve"].map((n, i) =>
        signIn(at(20, `03:0${i}`), HOSTING, { who: `${n}@fabrikam.example`, code: "50126" }),
      ),
      signIn(at(20, "03:05"), HOSTING, { code: "50126" }),
      signIn(at(20, "03:09"), HOSTING),
    ],
    expect: {
      fires: true,
      title: "Sign-in succeeded after password guessing",
      dedupKey: "success-after-guessing:id-ann@fabrikam.example:spray:45.76.10.9:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "a spray without a success",
    events: [
      ...usual(),
      ...["bob", "cid", "dee", "eve"].map((n, i) =>
        signIn(at(20, `03:0${i}`), HOSTING, { who: `${n}@fabrikam.example`, code: "50126" }),
      ),
      signIn(at(20, "03:05"), HOSTING, { code: "50126" }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "three mistypes at home, then the right password",
    events: [
      ...usual(),
      ...[1, 2, 3].map((n) => signIn(at(20, `09:0${n}`), HOME, { code: "50126" })),
      signIn(at(20, "09:05"), HOME),
    ],
    expect: { fires: false },
  },
];
