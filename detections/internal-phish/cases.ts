import { at, type Case, event, HOME, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "one text to twelve within minutes",
    events: [
      ...usual(),
      ...Array.from({ length: 12 }, (_, i) =>
        event("mail.send", at(20, `10:${String(i).padStart(2, "0")}`), {
          ip: HOME,
          mail: { subject: "Secure message" },
        }),
      ),
    ],
    expect: {
      fires: true,
      title: "One text sent to many",
      dedupKey: "internal-phish:id-ann@fabrikam.example:secure message:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "three messages",
    events: [
      ...usual(),
      ...Array.from({ length: 3 }, (_, i) =>
        event("mail.send", at(20, `10:${String(i).padStart(2, "0")}`), {
          ip: HOME,
          mail: { subject: "Secure message" },
        }),
      ),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "somebody who sends such a text regularly",
    events: [
      ...usual(),
      ...Array.from({ length: 12 }, (_, i) =>
        event("mail.send", at(5, `10:${String(i).padStart(2, "0")}`), {
          ip: HOME,
          mail: { subject: "Secure message" },
        }),
      ),
      ...Array.from({ length: 12 }, (_, i) =>
        event("mail.send", at(12, `10:${String(i).padStart(2, "0")}`), {
          ip: HOME,
          mail: { subject: "Secure message" },
        }),
      ),
    ],
    expect: {
      fires: true,
      title: "One text sent to many",
      dedupKey: "internal-phish:id-ann@fabrikam.example:secure message:2026-06-06",
    },
  },
];
