import { DAY, HOUR, MINUTE } from "../clock.ts";
import * as exchange from "../records/exchange.ts";
import type { Json } from "../state/types.ts";
import { browser, GUESSING_AGENTS } from "./agents.ts";
import { CLIENT, TARGET } from "./apps.ts";
import { addressIn, rangesOf } from "./networks.ts";
import type { Pen } from "./pen.ts";
import { type Company, employees, type Staff } from "./staff.ts";
import { userTarget } from "./wording.ts";
import { someFile } from "./working-day.ts";

/** What no person does: automation, guests' visits, Exchange's own services and the guessing every tenant gets. */
export function playServices(pen: Pen, company: Company, d: number, volume: number): void {
  const midnight = company.start + d * DAY;
  for (const staff of company.staff) {
    if (staff.kind === "service") automation(pen, company, staff, midnight, volume);
    if (staff.kind === "guest") guestVisit(pen, company, staff, midnight);
  }
  if (company.application) archive(pen, company, company.application, midnight);
  exchangeServices(pen, company, midnight);
  directoryServices(pen, company, midnight);
  guesses(pen, company, midnight);
}

/** Fixed machines of a service account: always the same address, agent and rhythm. */
function automation(pen: Pen, company: Company, staff: Staff, midnight: number, volume: number): void {
  const { rng } = pen;
  const { user } = staff;
  const name = user.upn.split("@")[0];
  if (!staff.machine) return;
  if (name === "scanner") {
    const session = pen.session(staff.machine, { userAgent: "", os: "", browser: "" }, CLIENT.exchange);
    for (let n = rng.int(2, 14); n > 0; n--) {
      const at = midnight + (8 - company.zone) * HOUR + rng.int(0, 9 * 60) * MINUTE;
      pen.signIn(Math.max(midnight, at), user, session, {
        interactive: true,
        clientAppUsed: "Authenticated SMTP",
        mfa: "none",
        requestType: "OAuth2:Token",
        device: null,
      });
      pen.send(
        Math.max(midnight, at) + 4_000,
        user,
        { ...session, client: "Client=Hub Transport" },
        "Message from scanner",
      );
    }
    return;
  }
  const agent = {
    userAgent:
      name === "backup"
        ? "python-requests/2.31.0"
        : name === "crm-sync"
          ? "HubSpot-Connector/3.1"
          : "PowerBI-Gateway/3000",
    os: "",
    browser: "",
  };
  const session = {
    ...pen.session(staff.machine, agent, name === "reporting" ? CLIENT.azurePowerShell : CLIENT.office),
    client: "Client=REST;Client=RESTSystem;;",
  };
  const offset = (Number.parseInt(user.id.slice(0, 4), 16) % 60) * MINUTE;
  const every = name === "backup" ? 6 : 1;
  for (let hour = 0; hour < 24; hour += every) {
    const at = midnight + hour * HOUR + offset + rng.int(0, 20_000);
    if (!rng.chance(Math.max(volume, 0.2))) continue;
    pen.signIn(at, user, session, { interactive: false, mfa: "none", resource: TARGET.graph });
    if (name === "backup") for (let n = 0; n < 4; n++) pen.syncMail(at + n * 9_000, user, session, "\\Inbox");
    else pen.readMail(at + 5_000, user, session, rng.int(1, 12));
  }
}

function guestVisit(pen: Pen, company: Company, staff: Staff, midnight: number): void {
  const { rng } = pen;
  const weekday = new Date(midnight).getUTCDay();
  if (weekday === 0 || weekday === 6 || !rng.chance(0.3)) return;
  const at = midnight + Math.max(0.5, 9 - company.zone + rng.next() * 6) * HOUR;
  const home = staff.days[0]?.home ?? company.offices[0];
  if (!home) return;
  const session = pen.session(home, browser(staff.browser, 0), CLIENT.sharePoint);
  pen.signIn(at, staff.user, session, {
    resource: TARGET.sharePoint,
    mfa: "claim",
    graph: { crossTenantAccessType: "b2bCollaboration" },
  });
  for (let n = rng.int(1, 5); n > 0; n--)
    pen.file(
      at + rng.int(1, 50) * MINUTE,
      staff.user,
      session,
      rng.pick(["FileAccessed", "FileDownloaded"] as const),
      someFile(rng),
    );
}

/** The company's own program reads mailboxes four times a day, always from its machine. */
function archive(pen: Pen, company: Company, app: NonNullable<Company["application"]>, midnight: number): void {
  const { rng } = pen;
  for (let hour = 1; hour < 24; hour += 6) {
    const at = midnight + hour * HOUR + rng.int(0, 90_000);
    pen.appSignIn(at, app, app.machine);
    for (const owner of rng.sample(employees(company), 6))
      pen.appRead(at + rng.int(5_000, 300_000), app, app.machine, owner.user, rng.int(3, 40));
  }
}

const DIRECTORY_SERVICES = [
  "Microsoft Teams Services",
  "Azure AD Cloud Sync",
  "Microsoft Intune",
  "Microsoft Substrate Management",
];

/** Group, device and user changes by Microsoft's own services. */
function directoryServices(pen: Pen, company: Company, midnight: number): void {
  const { rng } = pen;
  for (let n = rng.int(0, 2 + Math.floor(company.staff.length / 12)); n > 0; n--) {
    const name = rng.pick(DIRECTORY_SERVICES);
    const { user } = rng.pick(employees(company));
    const [operation, category, changed] = rng.pick<[string, string, string]>([
      ["Update user.", "UserManagement", "LastDirSyncTime"],
      ["Add member to group.", "GroupManagement", "Group.DisplayName"],
      ["Update user.", "UserManagement", "ProxyAddresses"],
      ["Change user license.", "UserManagement", "AssignedPlan"],
    ]);
    pen.directory({
      at: midnight + rng.int(0, DAY - 1),
      operation,
      category,
      by: {
        app: {
          id: SERVICE_IDS[DIRECTORY_SERVICES.indexOf(name)] ?? "",
          name,
          appId: SERVICE_IDS[DIRECTORY_SERVICES.indexOf(name)] ?? "",
        },
      },
      target: userTarget(user),
      changes: [{ name: changed, from: "[]", to: '["changed"]' }],
    });
  }
}

const SERVICE_IDS = [
  "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
  "1a4721b3-e57f-4451-ae87-ef078703ec94",
  "0000000a-0000-0000-c000-000000000000",
  "98db8bd6-0cc0-4e67-9de5-f187f1cd1b41",
];

/** System accounts that look like administrators but are not people. */
function exchangeServices(pen: Pen, company: Company, midnight: number): void {
  const { rng } = pen;
  const { tenant } = company;
  for (let n = rng.int(0, 1 + Math.floor(company.staff.length / 25)); n > 0; n--) {
    const at = midnight + rng.int(0, DAY - 1);
    const service = rng.pick(["Microsoft.Exchange.ServiceHost", "w3wp", "Microsoft.Exchange.AdminApi.NetCore"]);
    const userId = `NT AUTHORITY\\SYSTEM (${service})`;
    const mailbox = rng.pick(company.staff).user.id;
    const objectId = `EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${tenant.initialDomain}/${mailbox}`;
    const [name, parameters] = rng.pick<[string, Record<string, string>]>([
      ["Set-Mailbox", { Identity: objectId, Force: "True", RecoverableItemsQuota: "30 GB (32,212,254,720 bytes)" }],
      ["Set-Mailbox", { Identity: objectId, ElcProcessingDisabled: "False" }],
      ["Add-MailboxPermission", { Identity: objectId, User: "Discovery Management", AccessRights: "FullAccess" }],
      ["Set-MailboxPlan", { Identity: "ExchangeOnline", ProhibitSendQuota: "99 GB (106,300,440,576 bytes)" }],
      ["Set-TransportConfig", { Identity: tenant.initialDomain, MaxRecipientEnvelopeLimit: "500" }],
    ]);
    const run = {
      at,
      id: rng.uuid(),
      userId,
      userKey: userId,
      userType: 3,
      ip: null,
      objectId,
      sessionId: null,
      appId: "",
      external: true,
    };
    pen.ual(at, exchange.cmdlet(tenant, run, name, parameters));
  }
}

/** Wrong passwords from rented servers and bought proxies, at names that exist and names that do not. */
function guesses(pen: Pen, company: Company, midnight: number): void {
  const { rng } = pen;
  const people = employees(company);
  const popular = people.slice(0, Math.max(3, Math.floor(people.length / 6)));
  const count = rng.int(1, 4 + Math.floor(people.length / 12));
  for (let n = 0; n < count; n++) {
    const at = midnight + rng.int(0, DAY - 1);
    const target = rng.chance(0.6) ? rng.pick(popular) : rng.pick(people);
    const kind = rng.pick(["hosting", "hosting", "vpn", "unknown", "isp"] as const);
    const session = pen.session(
      addressIn(rng.pick(rangesOf(kind)), rng),
      rng.pick(GUESSING_AGENTS),
      rng.pick([CLIENT.azureCli, CLIENT.officeHome, CLIENT.exchange]),
    );
    const unknown = rng.chance(0.2);
    const legacy =
      session.app === CLIENT.exchange
        ? { clientAppUsed: rng.pick(["IMAP4", "Authenticated SMTP", "POP3"]), requestType: "OAuth2:Token" }
        : {};
    const user = unknown
      ? {
          ...target.user,
          id: "00000000-0000-0000-0000-000000000000",
          upn: `${rng.pick(["admin", "accounts", "test", "hr"])}${rng.int(1, 9)}@${company.domain}`,
        }
      : target.user;
    const ual: Json = unknown ? { UserKey: "Not Available" } : {};
    pen.signIn(at, user, session, {
      errorCode: unknown ? 50034 : rng.pick([50126, 50126, 50126, 50053]),
      mfa: "none",
      ual,
      ...legacy,
    });
  }
}
