import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

const made = (count: number, outcome: "success" | "failure" = "success") =>
  Array.from({ length: count }, (_, n) =>
    event("app.create", at(20, `03:0${n}`), { ip: HOSTING, outcome, app: { name: `tool ${n}` } }),
  );

export const cases: Case[] = [
  {
    kind: "positive",
    name: "five applications within minutes",
    events: [...usual(), ...made(5)],
    expect: {
      fires: true,
      title: "Several applications made within hours",
      dedupKey: "applications-in-series:id-ann@fabrikam.example:2026-06-21",
    },
  },
  { kind: "negative", name: "one application", events: [...usual(), ...made(1)], expect: { fires: false } },
  {
    kind: "near-miss",
    name: "five tries that were refused",
    events: [...usual(), ...made(5, "failure")],
    expect: { fires: false },
  },
];
