import { MINUTE } from "../../clock.ts";
import type { Json } from "../../state/types.ts";
import { CLIENT, TARGET } from "../apps.ts";
import { computer } from "../own-sessions.ts";
import { by, risk, type Session, userTarget } from "../pen.ts";
import { dayOf, type Staff } from "../staff.ts";
import { someFile, subject } from "../working-day.ts";
import { tokenUse } from "./entries.ts";
import type { Intruder } from "./intruder.ts";

const FREE_MAIL = ["proton.example", "mailfence.example", "tuta.example", "gmx.example", "outlook-mail.example"];
const FRAUD = [
  "Re: updated bank details for invoice {n}",
  "FW: Outstanding balance",
  "Re: Payment of invoice {n}",
  "New remittance account",
];
const LURES = [
  '{name} shared "Q3 Statement" with you',
  "Secure message from {firm}",
  "FW: Proposal document",
  "You have a new voicemail",
];

export function readMail(i: Intruder, hands: Session, visits: number, victim: Staff = i.victim): Session {
  let session = hands;
  for (let n = 0; n < visits; n++) {
    session = i.moved(session);
    if (n > 0) tokenUse(i, victim, session);
    for (let k = i.rng.int(1, 4); k > 0; k--)
      i.pen.readMail(i.at + k * i.rng.int(4_000, 40_000), victim.user, session, i.rng.int(1, 9));
    i.wait(4, 18);
  }
  return session;
}

export interface RuleWish {
  purpose: "hide" | "payroll" | "forward" | "finance";
}

const HIDING_PLACES = ["RSS Feeds", "Conversation History", "Archive", "Deleted Items", "RSS Subscriptions", "Notes"];
const WORDS = {
  hide: ["phish;hack;suspicious;spam;did you send;virus", "docusign;fraud;scam;link", ""],
  finance: ["invoice;payment;bank;remittance", "iban;swift;wire;account details", "@supplier"],
  payroll: ["payroll;salary;direct deposit;bank", "pay slip;payroll;HR"],
  forward: ["invoice;payment;contract", ""],
};

/** An inbox rule by Outlook on the web, by PowerShell's words, or by Outlook itself. Returns where it forwards. */
export function makeRule(i: Intruder, hands: Session, { purpose }: RuleWish): string | null {
  const { rng, pen, company } = i;
  const { user } = i.victim;
  const name = rng.pick([
    ".",
    "..",
    ",",
    "a",
    "x1",
    "rule1",
    "Sync",
    "Junk filter",
    i.style.careful ? "Invoices" : "....",
  ]);
  const words = rng.pick(WORDS[purpose]);
  const outside =
    purpose === "forward"
      ? `${user.givenName.toLowerCase().replace(/[^a-z]/g, "")}.${rng.letters(6)}@${rng.pick(FREE_MAIL)}`
      : null;
  const folder = rng.pick(HIDING_PLACES);
  const deletes = purpose !== "forward" && rng.chance(0.25);
  const inOutlook = rng.chance(0.25);
  Object.assign(i.variation, {
    ruleBy: inOutlook ? "UpdateInboxRules" : "New-InboxRule",
    ruleEffect: outside ? "forward" : deletes ? "delete" : "move",
  });
  if (inOutlook) {
    const actions = outside
      ? [{ ActionType: "Forward", Recipients: [outside], ForwardFlags: "None" }]
      : deletes
        ? [{ ActionType: "Delete" }]
        : [{ ActionType: "Move", FolderName: folder }];
    pen.outlookRule(
      i.at,
      user,
      hands,
      name,
      actions,
      `{(|${words
        .split(";")
        .map((w) => `(SubString IgnoreCase(SubjectProperty)=${w})`)
        .join("")})}`,
    );
    return outside;
  }
  const parameters: Record<string, string> = {
    AlwaysDeleteOutlookRulesBlob: "False",
    Force: "False",
    Mailbox: user.id,
    Name: name,
    ...(words.startsWith("@")
      ? { FromAddressContainsWords: rng.pick(company.partners) }
      : words === ""
        ? {}
        : { [rng.pick(["SubjectOrBodyContainsWords", "BodyContainsWords"])]: words }),
    ...(outside
      ? { [rng.pick(["ForwardTo", "RedirectTo", "ForwardAsAttachmentTo"])]: outside }
      : deletes
        ? { DeleteMessage: "True" }
        : { MoveToFolder: folder }),
    ...(rng.chance(0.7) ? { MarkAsRead: "True" } : {}),
    StopProcessingRules: "True",
  };
  pen.cmdlet(i.at, user, hands, "New-InboxRule", parameters, `${company.tenant.initialDomain}\\${user.id}\\${name}`);
  if (rng.chance(0.25)) {
    i.wait(2, 8);
    pen.cmdlet(
      i.at,
      user,
      hands,
      "Set-InboxRule",
      { ...parameters, Identity: `${user.id}\\${name}` },
      `${company.tenant.initialDomain}\\${user.id}\\${name}`,
    );
  }
  return outside;
}

/** Fraudulent mail inside a business conversation. */
export function sendFraud(i: Intruder, hands: Session, victim: Staff = i.victim): void {
  i.pen.send(i.at, victim.user, hands, i.rng.pick(FRAUD).replace("{n}", String(i.rng.int(1000, 9999))));
  if (i.rng.chance(0.4)) removeTraces(i, hands, victim);
}

export function removeTraces(i: Intruder, hands: Session, victim: Staff = i.victim): void {
  const message = { internetMessageId: i.pen.messageId(), subject: subject(i.rng) };
  const operation = i.rng.pick(["MoveToDeletedItems", "SoftDelete", "HardDelete"] as const);
  i.pen.delete(i.at + i.rng.int(20_000, 200_000), victim.user, hands, operation, [message], "\\Sent Items");
}

/** One lure to many colleagues; each who opens it leaves his own ordinary record of the same message. */
export function sendLure(i: Intruder, hands: Session, victim: Staff, readers: Staff[], messages: number): string {
  const title = i.rng
    .pick(LURES)
    .replace("{name}", victim.user.displayName)
    .replace("{firm}", i.company.tenant.displayName);
  let id = "";
  for (let n = 0; n < messages; n++) id = i.pen.send(i.at + n * i.rng.int(1_500, 9_000), victim.user, hands, title);
  i.at += messages * 4_000;
  for (const reader of readers) {
    const at = i.at + i.rng.int(2, 90) * MINUTE;
    i.bystanders.readMessages(at, reader.user, computer(i.company, reader, dayOf(i.company, at), i.rng), [id]);
  }
  return id;
}

export function forwardMailbox(i: Intruder, hands: Session): void {
  const { rng, pen, company } = i;
  const { user } = i.victim;
  const address = `${user.surname.toLowerCase().replace(/[^a-z]/g, "")}${rng.int(10, 99)}@${rng.pick(FREE_MAIL)}`;
  const path = `EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${company.tenant.initialDomain}/${user.id}`;
  pen.cmdlet(
    i.at,
    user,
    hands,
    "Set-Mailbox",
    {
      Identity: user.id,
      ForwardingSmtpAddress: `smtp:${address}`,
      DeliverToMailboxAndForward: rng.chance(0.8) ? "True" : "False",
    },
    path,
  );
}

/** A second factor of the attacker's own. */
export function registerMethod(i: Intruder, hands: Session): void {
  const { rng, pen } = i;
  pen.signIn(i.at - 40_000, i.victim.user, hands, {
    app: CLIENT.securityInfo,
    resource: TARGET.graph,
    mfa: "claim",
    graph: risk(i.company, "low", "unfamiliarFeatures"),
  });
  securityInfo(pen, i.victim, hands, i.at, rng.pick(["Authenticator App", "Phone", "Software OATH token"]));
}

/** "User registered security info" in Graph, the service's "Update user." in the audit log. */
export function securityInfo(pen: Intruder["pen"], staff: Staff, session: Session, at: number, method: string): void {
  const { rng } = pen;
  const { user } = staff;
  pen.directoryAudit(at, {
    id: `Directory_${rng.uuid()}_${rng.letters(5).toUpperCase()}_${rng.int(10_000_000, 99_999_999)}`,
    category: "UserManagement",
    correlationId: rng.uuid(),
    result: "success",
    resultReason: `User registered ${method}`,
    activityDisplayName: "User registered security info",
    activityDateTime: new Date(at).toISOString(),
    loggedByService: "Authentication Methods",
    operationType: "Add",
    initiatedBy: {
      app: null,
      user: { id: user.id, displayName: null, userPrincipalName: user.upn, ipAddress: session.from.ip },
    },
    targetResources: [
      { id: user.id, displayName: user.displayName, type: "User", userPrincipalName: user.upn, modifiedProperties: [] },
    ],
    additionalDetails: [{ key: "AuthenticationMethod", value: method }],
  });
  const service = {
    id: "b5a60e17-278b-4c92-a4e2-b9262e66bb28",
    name: "Azure MFA StrongAuthenticationService",
    appId: "b5a60e17-278b-4c92-a4e2-b9262e66bb28",
  };
  const type = method === "Phone" ? 5 : 6;
  pen.directory({
    at: at + 1_000,
    operation: "Update user.",
    category: "UserManagement",
    by: { app: service },
    target: userTarget(user),
    changes: [
      {
        name: "StrongAuthenticationMethod",
        from: '[{"MethodType":6,"Default":true}]',
        to: `[{"MethodType":6,"Default":true},{"MethodType":${type},"Default":false}]`,
      },
      { name: "Included Updated Properties", from: "", to: "StrongAuthenticationMethod" },
    ],
  });
}

/** Device registration as the Device Registration Service writes it for a user. */
export function registerDevice(
  pen: Intruder["pen"],
  staff: Staff,
  at: number,
  name: string,
  os = "Windows",
): { deviceId: string } {
  const { rng } = pen;
  const { user } = staff;
  const id = rng.uuid();
  const deviceId = rng.uuid();
  const service = {
    app: {
      id: "74658136-14ec-4630-ad9b-26e160ff0fc6",
      name: "Device Registration Service",
      appId: "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
    },
  };
  const target = { id, type: "Device" as const, name };
  const details: Json = { loggedByService: "Core Directory" };
  pen.directory(
    {
      at,
      operation: "Add device.",
      category: "Device",
      by: service,
      target,
      changes: [
        { name: "DisplayName", from: "[]", to: JSON.stringify([name]) },
        { name: "DeviceOSType", from: "[]", to: JSON.stringify([os]) },
        { name: "DeviceTrustType", from: "[]", to: '["Workplace"]' },
        { name: "DeviceId.DeviceId", from: "", to: deviceId },
      ],
    },
    details,
  );
  for (const operation of ["Add registered owner to device.", "Add registered users to device."])
    pen.directory(
      {
        at: at + 900,
        operation,
        category: "Device",
        by: service,
        target: userTarget(user),
        changes: [
          { name: "Device.ObjectID", from: "", to: id },
          { name: "Device.DisplayName", from: "", to: name },
        ],
      },
      details,
    );
  pen.directoryAudit(at + 1_500, {
    id: `Directory_${rng.uuid()}_${rng.letters(5).toUpperCase()}_${rng.int(10_000_000, 99_999_999)}`,
    category: "Device",
    correlationId: rng.uuid(),
    result: "success",
    resultReason: "",
    activityDisplayName: "Register device",
    activityDateTime: new Date(at + 1_500).toISOString(),
    loggedByService: "Device Registration Service",
    operationType: "Add",
    initiatedBy: { app: null, user: { id: user.id, displayName: null, userPrincipalName: user.upn, ipAddress: "" } },
    targetResources: [{ id, displayName: name, type: "Device", userPrincipalName: null, modifiedProperties: [] }],
    additionalDetails: [
      { key: "Device Id", value: deviceId },
      { key: "Device OS", value: `${os} (10.0.26100)` },
      { key: "Device Trust Type", value: "Azure AD registered" },
    ],
  });
  return { deviceId };
}

export function download(i: Intruder, hands: Session, files: number): void {
  i.variation.files = files;
  const gap = i.style.pace === "slow" || i.style.pace === "weeks" ? 20 * MINUTE : 9_000;
  for (let n = 0; n < files; n++) {
    const { name, ...where } = someFile(i.rng);
    i.pen.file(i.at, i.victim.user, hands, "FileDownloaded", { ...where, name: name.replace(".", ` ${n}.`) });
    i.at += i.rng.int(gap / 5, gap);
  }
}

/** Entra changes an intruder makes with the account he holds. */
export function entraChange(
  i: Intruder,
  hands: Session,
  operation: string,
  category: string,
  target: Parameters<Intruder["pen"]["directory"]>[0]["target"],
  changes: [string, string, string][],
): void {
  i.pen.directory({
    at: i.at,
    operation,
    category,
    by: by(i.victim, hands),
    target,
    changes: changes.map(([name, from, to]) => ({ name, from, to })),
  });
}
