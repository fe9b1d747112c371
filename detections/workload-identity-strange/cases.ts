import type { NormalizedEvent } from "#domain/event/event.ts";
import { at, type Case, event, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

const APP = "c0000000-0000-4000-8000-000000000003";
const works = (when: string, ip: string): NormalizedEvent => ({
  ...signIn(when, ip),
  actor: { kind: "service-principal", appId: APP, displayName: "Backup" },
});
const reads = (when: string, ip: string, who: string): NormalizedEvent => ({
  ...event("mail.read", when, {
    client: { ip, appId: APP },
    target: { kind: "mailbox", upn: `${who}@fabrikam.example` },
    mail: { itemCount: 20 },
  }),
  actor: { kind: "service-principal", displayName: "ServicePrincipal_1" },
});
const added = event("app.credential.add", at(20, "03:00"), { ip: HOME, app: { appId: APP, name: "Backup" } });

export const cases: Case[] = [
  {
    kind: "positive",
    name: "an application that worked from one place works from another after it got a secret",
    events: [...usual(), works(at(5, "01:00"), "193.0.14.129"), added, works(at(20, "03:10"), HOSTING)],
    expect: {
      fires: true,
      title: "An application acts from a new place after it got a secret",
      dedupKey: "workload-identity-strange:id-ann@fabrikam.example:Backup:45.76.10.0/24",
    },
  },
  {
    kind: "negative",
    name: "no secret was added",
    events: [...usual(), works(at(5, "01:00"), "193.0.14.129"), works(at(20, "03:10"), HOSTING)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "it goes on from where it always worked",
    events: [...usual(), works(at(5, "01:00"), HOSTING), added, works(at(20, "03:10"), "45.76.10.200")],
    expect: { fires: false },
  },
  {
    kind: "positive",
    name: "an archive at home on one network reads three mailboxes from another after it got a secret",
    events: [
      ...usual(),
      reads(at(5, "01:00"), "193.0.14.129", "bob"),
      added,
      ...["bob", "cleo", "dan"].map((who, n) => reads(at(20, `03:1${n}`), HOSTING, who)),
    ],
    expect: {
      fires: true,
      title: "An application acts from a new place after it got a secret",
      dedupKey: "workload-identity-strange:id-ann@fabrikam.example:Backup:45.76.10.0/24",
    },
  },
  {
    kind: "near-miss",
    name: "the archive reads on from where it always read",
    events: [
      ...usual(),
      reads(at(5, "01:00"), HOSTING, "bob"),
      added,
      ...["bob", "cleo", "dan"].map((who, n) => reads(at(20, `03:1${n}`), HOSTING, who)),
    ],
    expect: { fires: false },
  },
];
