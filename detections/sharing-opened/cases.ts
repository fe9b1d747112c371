import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

const share = (count: number, ip: string) =>
  Array.from({ length: count }, (_, n) =>
    event("share.secure-link.add", at(20, `03:0${n}`), {
      ip,
      file: { path: `https://fabrikam.sharepoint.example/f${n}` },
      target: { kind: "Guest", name: "drop@example.org", upn: "drop@example.org" },
    }),
  );

export const cases: Case[] = [
  {
    kind: "positive",
    name: "seven files go to one outsider from a hosting provider",
    events: [...usual(), ...share(7, HOSTING)],
    expect: {
      fires: true,
      title: "Many files given to one outsider",
      dedupKey: "sharing-opened:id-ann@fabrikam.example:drop@example.org:2026-06-21",
    },
  },
  {
    kind: "positive",
    name: "protection against data loss is removed",
    events: [
      ...usual(),
      event("data-loss.policy.off", at(20, "03:00"), {
        ip: HOSTING,
        operation: "Remove-DlpCompliancePolicy",
        params: { Identity: "Cards" },
      }),
    ],
    expect: {
      fires: true,
      title: "Protection against data loss was taken down",
      dedupKey: "sharing-opened:id-ann@fabrikam.example:data-loss.policy.off:Cards",
    },
  },
  {
    kind: "negative",
    name: "seven files for a customer, from home",
    events: [...usual(), ...share(7, HOME)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "two files from a strange place",
    events: [...usual(), ...share(2, HOSTING)],
    expect: { fires: false },
  },
];
