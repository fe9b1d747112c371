import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "forty files from a strange place",
    events: [
      ...usual(),
      ...Array.from({ length: 40 }, (_, i) =>
        event("file.download", at(20, `03:${String(i).padStart(2, "0")}`), { ip: HOSTING, file: { path: `/f${i}` } }),
      ),
    ],
    expect: {
      fires: true,
      title: "Many files taken from a strange place",
      dedupKey: "files-taken-in-bulk:id-ann@fabrikam.example:45.76.10.9:2026-06-21T03",
    },
  },
  {
    kind: "negative",
    name: "forty files at home",
    events: [
      ...usual(),
      ...Array.from({ length: 40 }, (_, i) =>
        event("file.download", at(20, `03:${String(i).padStart(2, "0")}`), { ip: HOME, file: { path: `/f${i}` } }),
      ),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "ten files from a strange place",
    events: [
      ...usual(),
      ...Array.from({ length: 10 }, (_, i) =>
        event("file.download", at(20, `03:${String(i).padStart(2, "0")}`), { ip: HOSTING, file: { path: `/f${i}` } }),
      ),
    ],
    expect: { fires: false },
  },
];
