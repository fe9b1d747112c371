import { at, type Case, CHROME, event, FIREFOX_LINUX, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const days = [2, 4, 6, 8, 10, 12];
const laptop = { client: { userAgent: CHROME, deviceId: "d-1" } };

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
  {
    kind: "positive",
    name: "a session begun on a known device goes on without it in another network of the country",
    events: [
      ...usual(),
      ...days.map((day) => signIn(at(day, "10:00"), HOME, laptop)),
      signIn(at(20, "09:00"), HOME, { ...laptop, handles: { sessionId: "s1" } }),
      signIn(at(20, "09:30"), "82.3.4.5", { handles: { sessionId: "s1" } }),
    ],
    expect: {
      fires: true,
      title: "Session copied to another machine",
      dedupKey: "session-in-two-places:id-ann@fabrikam.example:s1",
    },
  },
  {
    kind: "near-miss",
    name: "the known device itself moves to another network of the country",
    events: [
      ...usual(),
      ...days.map((day) => signIn(at(day, "10:00"), HOME, laptop)),
      signIn(at(20, "09:00"), HOME, { ...laptop, handles: { sessionId: "s1" } }),
      signIn(at(20, "09:30"), "82.3.4.5", { ...laptop, handles: { sessionId: "s1" } }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a private VPN is switched off and the telephone's network takes over",
    events: [
      ...usual(),
      signIn(at(20, "09:00"), "84.17.51.198", { handles: { sessionId: "s1" } }),
      signIn(at(20, "09:30"), "80.187.23.225", { handles: { sessionId: "s1" } }),
    ],
    expect: { fires: false },
  },
];
