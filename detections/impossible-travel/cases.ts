import { at, type Case, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "Leeds and Amsterdam hosting within twenty minutes",
    events: [
      ...usual(),
      signIn(at(20, "09:00"), HOME, { signIn: { location: { country: "GB", lat: 53.8, lon: -1.5 } } }),
      signIn(at(20, "09:20"), HOSTING, { signIn: { location: { country: "BG", lat: 42.7, lon: 23.3 } } }),
    ],
    expect: {
      fires: true,
      title: "Two places in less time than a flight takes",
      dedupKey: "impossible-travel:id-ann@fabrikam.example:45.76.10.9:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "two places with a night between",
    events: [
      ...usual(),
      signIn(at(20, "09:00"), HOME, { signIn: { location: { country: "GB", lat: 53.8, lon: -1.5 } } }),
      signIn(at(21, "09:20"), HOSTING, { signIn: { location: { country: "BG", lat: 42.7, lon: 23.3 } } }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a phone leaves through its carrier elsewhere",
    events: [
      ...usual(),
      signIn(at(20, "09:00"), HOME, { signIn: { location: { country: "GB", lat: 53.8, lon: -1.5 } } }),
      signIn(at(20, "09:20"), "172.40.1.2", { signIn: { location: { country: "US", lat: 39.7, lon: -104.9 } } }),
    ],
    expect: { fires: false },
  },
];
