import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

const gone = (count: number, ip: string) =>
  Array.from({ length: count }, (_, n) =>
    event("file.delete", at(20, `03:${String(n % 50).padStart(2, "0")}`), { ip, file: { name: `f${n}.docx` } }),
  );

export const cases: Case[] = [
  {
    kind: "positive",
    name: "forty files are deleted from a hosting provider",
    events: [...usual(), ...gone(40, HOSTING)],
    expect: {
      fires: true,
      title: "Many files deleted",
      dedupKey: "files-destroyed:id-ann@fabrikam.example:files-deleted:2026-06-21T03",
    },
  },
  {
    kind: "negative",
    name: "forty files cleaned up at home",
    events: [...usual(), ...gone(40, HOME)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "ten files from a strange place",
    events: [...usual(), ...gone(10, HOSTING)],
    expect: { fires: false },
  },
];
