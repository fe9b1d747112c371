import { at, type Case, CHROME, event, FIREFOX_LINUX, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "one session on two systems in two networks",
    events: [
      ...usual(),
      signIn(at(20, "09:00"), HOME, { handles: { sessionId: "s1" } }),
      event("mail.read", at(20, "09:30"), { ip: HOSTING, agent: FIREFOX_LINUX, handles: { sessionId: "s1" } }),
    ],
    expect: {
      fires: true,
      title: "Session copied to another machine",
      dedupKey: "session-in-two-places:id-ann@fabrikam.example:s1",
    },
  },
  {
    kind: "negative",
    name: "one session in one place",
    events: [
      ...usual(),
      signIn(at(20, "09:00"), HOME, { handles: { sessionId: "s1" } }),
      event("mail.read", at(20, "09:30"), { ip: HOME, agent: CHROME, handles: { sessionId: "s1" } }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a laptop goes from home to a cafe in the same country with the same browser",
    events: [
      ...usual(),
      signIn(at(20, "09:00"), HOME, { handles: { sessionId: "s1" } }),
      event("mail.read", at(20, "12:30"), { ip: "82.3.4.5", agent: CHROME, handles: { sessionId: "s1" } }),
    ],
    expect: { fires: false },
  },
];
