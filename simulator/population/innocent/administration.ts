import { DAY, HOUR, MINUTE } from "../../clock.ts";
import { CLIENT, TARGET } from "../apps.ts";
import { addressIn } from "../networks.ts";
import { employees } from "../staff.ts";
import { by } from "../wording.ts";
import type { Scene } from "./scene.ts";

/** Mailboxes moved by a migration tool over a weekend: much is read by an application from a data centre. */
export function migration(s: Scene): boolean {
  const found = s.worker((p) => p.kind === "admin", 5, s.company.dayCount - 8);
  if (!found) return false;
  const { staff, at, own } = found;
  const exchange = { ...own, app: CLIENT.exchangePowerShell };
  s.pen.cmdlet(
    at,
    staff.user,
    exchange,
    "New-MigrationBatch",
    { Name: "Wave 1", SourceEndpoint: "imap-old", CSVData: "System.Byte[]", AutoStart: "True" },
    "Wave 1",
  );
  s.pen.cmdlet(
    at + MINUTE,
    staff.user,
    exchange,
    "New-ManagementRoleAssignment",
    { Name: "Migration impersonation", Role: "ApplicationImpersonation", User: `backup@${s.company.domain}` },
    "Migration impersonation",
  );
  const tool = {
    ...s.pen.session(
      addressIn("azure-nl", s.rng),
      { userAgent: "MigrationTool/10.2", os: "", browser: "" },
      { id: "d2590ed6-52b3-4102-aeff-aad2292ab0aa", name: "Mail migration" },
    ),
    client: "Client=WebServices;MigrationTool/10.2;",
  };
  for (const owner of s.rng.sample(employees(s.company), 20)) {
    s.cast.push(owner);
    for (let n = 3; n > 0; n--)
      s.pen.syncMail(
        at + s.rng.int(2, 40) * HOUR,
        owner.user,
        tool,
        s.rng.pick(["\\Inbox", "\\Sent Items", "\\Archive"]),
        { LogonType: 1 },
      );
  }
  return true;
}

/** Mail flow changed by the administrator who always does it: a disclaimer, the scanner's relay, a partner's domain. */
export function mailFlowWork(s: Scene): boolean {
  const found = s.worker((p) => p.kind === "admin");
  if (!found) return false;
  const { staff, at, own, d } = found;
  const session = { ...(s.admin(d)?.own ?? own), app: CLIENT.exchangePowerShell };
  s.pen.signIn(at - 2 * MINUTE, staff.user, session, { app: CLIENT.exchangePowerShell, mfa: "completed" });
  const [name, parameters] = s.rng.pick<[string, Record<string, string>]>([
    [
      "New-TransportRule",
      { Name: "Disclaimer", ApplyHtmlDisclaimerText: "This message is confidential", Mode: "Enforce" },
    ],
    [
      "New-InboundConnector",
      {
        Name: "Office scanner",
        ConnectorType: "OnPremises",
        SenderIPAddresses: s.company.offices[0]?.ip ?? "",
        SenderDomains: `smtp:${s.company.domain};1`,
        RequireTls: "True",
      },
    ],
    ["Set-TransportRule", { Identity: "External warning", Mode: "Enforce", PrependSubject: "[External] " }],
    [
      "Set-CASMailbox",
      { Identity: s.rng.pick(employees(s.company)).user.id, ImapEnabled: "False", PopEnabled: "False" },
    ],
    ["Set-HostedContentFilterPolicy", { Identity: "Default", HighConfidenceSpamAction: "Quarantine" }],
  ]);
  s.pen.cmdlet(at, staff.user, session, name, parameters, parameters.Name ?? parameters.Identity ?? "");
  return true;
}

/** A shared mailbox or a diary opened to a colleague. */
export function honestDelegation(s: Scene): boolean {
  const found = s.worker((p) => p.role === "executive" || p.kind === "admin");
  const helper = s.company.staff.find((p) => p.role === "assistant" || p.role === "hr");
  if (!found || !helper) return false;
  const { staff, at, own } = found;
  s.pen.cmdlet(
    at,
    staff.user,
    own,
    "Add-MailboxFolderPermission",
    { Identity: `${staff.user.id}:\\Calendar`, User: helper.user.upn, AccessRights: "Editor" },
    `${staff.user.id}:\\Calendar`,
  );
  const admin = s.admin(found.d);
  const shared = s.company.staff.find((p) => p.kind === "shared-mailbox");
  if (admin && shared)
    s.pen.cmdlet(
      at + HOUR,
      admin.staff.user,
      { ...admin.own, app: CLIENT.exchangePowerShell },
      "Add-MailboxPermission",
      { Identity: shared.user.id, User: helper.user.upn, AccessRights: "FullAccess", InheritanceType: "All" },
      shared.user.id,
    );
  return true;
}

/** A developer renews the secret of the company's own application. */
export function secretRotation(s: Scene): boolean {
  const found = s.worker((p) => p.role === "developer" || p.kind === "admin");
  if (!found) return false;
  const { staff, at, own } = found;
  s.pen.signIn(at - 5 * MINUTE, staff.user, own, { app: CLIENT.portal, resource: TARGET.arm, mfa: "claim" });
  const id = s.rng.uuid();
  s.pen.directory({
    at,
    operation: "Update application – Certificates and secrets management ",
    category: "ApplicationManagement",
    by: by(staff, own),
    target: { id, type: "Application", name: "Reporting", names: id },
    changes: [
      {
        name: "KeyDescription",
        from: "[]",
        to: JSON.stringify([`[KeyIdentifier=${s.rng.uuid()},KeyType=Password,KeyUsage=Verify,DisplayName=2026-06]`]),
      },
    ],
  });
  return true;
}

/** The administrator answers after hours from home, by PowerShell. */
export function nightWork(s: Scene): boolean {
  const found = s.worker((p) => p.kind === "admin");
  if (!found) return false;
  const { staff, d, own } = found;
  const day = staff.days[d];
  if (!day) return false;
  const at = s.company.start + d * DAY + day.start + 12 * HOUR + s.rng.int(0, 3 * HOUR);
  const session = { ...own, id: s.rng.uuid(), from: day.home, app: CLIENT.exchangePowerShell };
  s.pen.signIn(at, staff.user, session, { app: CLIENT.exchangePowerShell, mfa: "completed" });
  s.pen.cmdlet(
    at + 3 * MINUTE,
    staff.user,
    session,
    "Set-Mailbox",
    { Identity: s.rng.pick(employees(s.company)).user.id, LitigationHoldEnabled: "True" },
    "",
  );
  return true;
}

/** A developer or administrator signs in on a command line by device code, on the same desk. */
export function honestDeviceCode(s: Scene): boolean {
  const found = s.worker((p) => p.role === "developer" || p.kind === "admin");
  if (!found) return false;
  const { staff, at, own } = found;
  const app = s.rng.pick([CLIENT.azureCli, CLIENT.azurePowerShell]);
  const graph = { authenticationProtocol: "deviceCode", originalTransferMethod: "deviceCodeFlow" };
  const mfa = staff.mfa ? "completed" : "none";
  s.pen.signIn(at, staff.user, own, { app, resource: TARGET.arm, mfa, requestType: "Cmsi:Cmsi", graph });
  const shell = { ...own, agent: { userAgent: "", os: "", browser: "" }, device: null };
  const silent = { app, resource: TARGET.arm, interactive: false, requestType: "OAuth2:Token", graph };
  s.pen.signIn(at + 6_000, staff.user, shell, { ...silent, mfa: staff.mfa ? "claim" : "none" });
  return true;
}
