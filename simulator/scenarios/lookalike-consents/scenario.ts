import { DAY, HOUR } from "../../clock.ts";
import { consentSeries } from "../consent-series.ts";
import { hold } from "../hold.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";

const SCOPE = "offline_access User.Read Mail.Read Mail.ReadWrite MailboxSettings.ReadWrite Files.Read.All";
const NAMES = [
  ["Micros0ft Outlook Sync", "DocuSlgn Viewer", "Adobe Acr0bat Sign"],
  ["Office 365 Maiibox", "0neDrive Share", "Docusign Secure Viewer"],
  ["Rnicrosoft Teams Meeting", "SharePoint 0nline", "Adobe Sign Review"],
];

export const lookalikeConsents: Scenario = {
  id: "lookalike-consents",
  title: "Consent phish: a series of applications with look-alike names that read the mailbox",
  twinOf: null,
  p1: true,
  synced: false,
  minutes: 3 * 24 * 60,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - 2 * DAY - 6 * HOUR;
    const lureDomain = `${rng.letters(7)}-share.example`;
    const ownerTenant = rng.uuid();
    const phish = stage.receiveMail(start - 40 * 60_000, victim, {
      subject: "A document was shared with you",
      body: `Open it at https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=${rng.uuid()}`,
      from: { name: "Document share", address: `share@${lureDomain}` },
      fromIp: addressIn("m247", rng).ip,
    });
    if (phish) phish.isRead = true;
    const apps = rng.pick(NAMES).map((name) => ({
      appId: rng.uuid(),
      name,
      scope: SCOPE,
      ownerTenant,
      replyUrl: `https://${lureDomain}/callback`,
    }));
    const series = consentSeries(stage, start, victim, apps, rng.pick(["vultr", "digitalocean", "ovh"]));
    const last = series.grants.at(-1);
    tenant.attacker = hold(victim, series.last, {
      issuedAt: null,
      lastUse: endsAt,
      knowsPassword: false,
      appSpId: last?.sp.id ?? null,
    });
    return {
      ips: series.servers,
      appIds: apps.map((a) => a.appId),
      servicePrincipalId: last?.sp.id ?? null,
      servicePrincipalIds: series.grants.map((g) => g.sp.id),
      grantId: last?.grant.id ?? null,
      grantIds: series.grants.map((g) => g.grant.id),
      phish: { received: phish?.internetMessageId ?? null },
      startedAt: new Date(start).toISOString(),
      deceivedIds: series.clicks,
      recordIds: series.uses,
    };
  },
};
