import { DAY, HOUR } from "../../clock.ts";
import { consentSeries, type OfferedApp } from "../consent-series.ts";
import type { Scenario } from "../scenario.ts";

const MAIL = "offline_access User.Read Mail.Read Mail.ReadWrite MailboxSettings.ReadWrite";
const APPS: OfferedApp[] = [
  {
    appId: "e8b6af6c-5f4c-4d8a-9b1e-2f0f6c1d7a31",
    name: "Calendly",
    scope: `${MAIL} Calendars.ReadWrite`,
    ownerTenant: "0d6fd3a8-0a51-4a8e-8f2d-6a7fd7b31c55",
    publisher: "Calendly LLC",
    replyUrl: "https://calendly.com/auth/callback",
  },
  {
    appId: "5b2a3c1d-8e7f-4a6b-9c0d-1e2f3a4b5c6d",
    name: "HubSpot Sales",
    scope: MAIL,
    ownerTenant: "7c1e5b7a-2d3f-4e6a-8b9c-0d1e2f3a4b5c",
    publisher: "HubSpot, Inc.",
    replyUrl: "https://app.hubspot.com/oauth",
  },
  {
    appId: "91f2b8c4-6d5e-4f3a-8b7c-2a1d0e9f8c7b",
    name: "DocuSign",
    scope: `${MAIL} Files.Read.All`,
    ownerTenant: "3f4a5b6c-7d8e-4f9a-8b0c-1d2e3f4a5b6c",
    publisher: "DocuSign, Inc.",
    replyUrl: "https://account.docusign.com/oauth",
  },
];

/** The honest fact: the applications are what they are called, as their verified publishers say. */
export const lookalikeConsentsTwin: Scenario = {
  id: "lookalike-consents-twin",
  title: "A new colleague's tools: consents to three applications of verified publishers",
  twinOf: "lookalike-consents",
  p1: true,
  synced: false,
  minutes: 3 * 24 * 60,
  play(stage, victim, endsAt) {
    const start = endsAt - 2 * DAY - 6 * HOUR;
    const series = consentSeries(stage, start, victim, APPS, "amazon");
    return {
      ips: series.servers,
      appIds: APPS.map((a) => a.appId),
      servicePrincipalIds: series.grants.map((g) => g.sp.id),
      startedAt: new Date(start).toISOString(),
      deceivedIds: [],
      recordIds: series.clicks,
    };
  },
};
