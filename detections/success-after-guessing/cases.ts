import type { NormalizedEvent } from "#domain/event/event.ts";
import { ANN, at, type Case, CHROME, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const TEAMS_TOOL = "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Teams/1.3.00.30866 Chrome/80.0.3987.165";
const PEOPLE = ["bob", "cid", "dee", "eve", "fay", "gus", "hal", "ida"].map((n) => `${n}@fabrikam.example`);

/** One try at each account in turn, hours apart, every one from an address of its own. */
const rotating = (userAgent: string): NormalizedEvent[] =>
  [...PEOPLE, ANN].map((who, i) =>
    signIn(at(18 + Math.floor(i / 4), `0${(i % 4) * 2}:10`), `45.76.${20 + i}.9`, {
      who,
      code: "50126",
      client: { userAgent, appId: "1fec8e78-bce4-4aaf-ab1b-5451cc387264" },
    }),
  );
const gotIn = (userAgent: string): NormalizedEvent =>
  signIn(at(20, "12:00"), "45.76.99.9", {
    client: { userAgent, appId: "1fec8e78-bce4-4aaf-ab1b-5451cc387264" },
  });

const NEIGHBOUR = "45.76.10.77";
const spray = (ip: string): NormalizedEvent[] =>
  [...PEOPLE.slice(0, 4), ANN].map((who, i) => signIn(at(20, `03:0${i}`), ip, { who, code: "50126" }));

export const cases: Case[] = [
  {
    kind: "positive",
    name: "a client that changes its address with every try gets in from one more",
    events: [...usual(), ...rotating(TEAMS_TOOL), gotIn(TEAMS_TOOL)],
    expect: {
      fires: true,
      title: "Sign-in succeeded after password guessing",
      dedupKey: "success-after-guessing:id-ann@fabrikam.example:spray:45.76.99.9:2026-06-21",
    },
  },
  {
    kind: "near-miss",
    name: "the same slow spray in everybody's browser, and the owner on a new address with that browser",
    events: [
      ...usual().map((e) => ({ ...e, client: { ...e.client, appId: "1fec8e78-bce4-4aaf-ab1b-5451cc387264" } })),
      ...rotating(CHROME),
      gotIn(CHROME),
    ],
    expect: { fires: false },
  },
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
  {
    kind: "positive",
    name: "the right password comes from beside the address that sprayed",
    events: [...usual(), ...spray(HOSTING), signIn(at(20, "03:30"), NEIGHBOUR)],
    expect: {
      fires: true,
      title: "Sign-in succeeded after password guessing",
      dedupKey: `success-after-guessing:id-ann@fabrikam.example:spray:${NEIGHBOUR}:2026-06-21`,
    },
  },
  {
    kind: "near-miss",
    name: "a spray from a carrier's network, and the owner's telephone beside it",
    events: [...usual(), ...spray("92.40.58.48"), signIn(at(20, "03:30"), "92.40.58.99")],
    expect: { fires: false },
  },
];
