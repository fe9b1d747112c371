import { ANN, at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

const opened = (folder: string, who: string, ip: string, more: object = {}) =>
  event("mailbox.folder-permission.add", at(20, "10:00"), {
    ip,
    target: { kind: "mailbox", upn: ANN },
    params: { Identity: `${ANN}:\\${folder}`, grantee: who, AccessRights: "Reviewer" },
    ...more,
  });

export const cases: Case[] = [
  {
    kind: "positive",
    name: "the inbox is opened to everybody",
    events: [...usual(), opened("Inbox", "Default", HOSTING)],
    expect: {
      fires: true,
      title: "A mail folder was opened to everybody",
      dedupKey: "mailbox-folder-opened:id-ann@fabrikam.example:ann@fabrikam.example:Inbox:Default",
    },
  },
  {
    kind: "negative",
    name: "the owner opens a folder to an assistant at home",
    events: [...usual(), opened("Projects", "bob@fabrikam.example", HOME)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the calendar is opened to everybody",
    events: [...usual(), opened("Calendar", "Default", HOME)],
    expect: { fires: false },
  },
];
