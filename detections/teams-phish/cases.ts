import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

const chats = (count: number, ip: string) =>
  Array.from({ length: count }, (_, n) =>
    event("teams.chat.create", at(20, `03:${String(n).padStart(2, "0")}`), { ip, params: { ChatThreadId: `c${n}` } }),
  );

export const cases: Case[] = [
  {
    kind: "positive",
    name: "fifteen chats within minutes from a hosting provider",
    events: [...usual(), ...chats(15, HOSTING)],
    expect: {
      fires: true,
      title: "Many chats begun from a strange place",
      dedupKey: "teams-phish:id-ann@fabrikam.example:45.76.10.9:2026-06-21T03",
    },
  },
  {
    kind: "negative",
    name: "fifteen chats from home",
    events: [...usual(), ...chats(15, HOME)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "three chats from a strange place",
    events: [...usual(), ...chats(3, HOSTING)],
    expect: { fires: false },
  },
];
