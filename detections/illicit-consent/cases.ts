import { at, type Case, event, HOSTING, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "an unknown application may read mail",
    events: [
      ...usual(),
      event("app.consent", at(20, "03:20"), {
        ip: HOSTING,
        app: { appId: "app-1", name: "Mail Backup", scopes: ["Mail.Read", "offline_access"] },
      }),
    ],
    expect: {
      fires: true,
      title: "An application got lasting access to mail or files",
      dedupKey: "illicit-consent:id-ann@fabrikam.example:app-1",
    },
  },
  {
    kind: "negative",
    name: "an application may see the profile",
    events: [
      ...usual(),
      event("app.consent", at(20, "03:20"), {
        ip: HOSTING,
        app: { appId: "app-1", name: "Survey", scopes: ["User.Read", "openid"] },
      }),
    ],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "colleagues use the application since weeks",
    events: [
      ...usual(),
      ...["bob", "cid"].map((n) =>
        event("app.consent", at(2, "10:00"), {
          who: `${n}@fabrikam.example`,
          app: { appId: "app-1", name: "Mail Backup", scopes: ["Mail.Read"] },
        }),
      ),
      event("app.consent", at(20, "03:20"), {
        ip: HOSTING,
        app: { appId: "app-1", name: "Mail Backup", scopes: ["Mail.Read"] },
      }),
    ],
    expect: { fires: false },
  },
];
