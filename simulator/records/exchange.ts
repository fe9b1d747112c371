import { ualTime } from "../clock.ts";
import type { Json, SimUser, Tenant } from "../state/types.ts";

/** Who touched a mailbox, from where, in which session. */
export interface MailAccess {
  at: number;
  id: string;
  user: SimUser;
  ip: string;
  /** Client=OWA;… or Client=MSExchangeRPC; as Exchange writes it. */
  client: string;
  appId: string;
  sessionId: string;
  uniqueTokenId: string;
}

const SERVER = "LO4P265MB3711 (15.20.9478.020)";

const clientInfo = (access: MailAccess, operation: string): Json => ({
  ClientInfoString:
    operation === "MailItemsAccessed" && access.client.startsWith("Client=OWA")
      ? "Client=OWA;Action=ViaProxy"
      : access.client,
  ...(access.client === "Client=MSExchangeRPC"
    ? { ClientProcessName: "OUTLOOK.EXE", ClientVersion: "16.0.18827.20164" }
    : {}),
  ExternalAccess: false,
  InternalLogonType: 0,
  LogonType: 0,
});

function mailboxRecord(tenant: Tenant, access: MailAccess, operation: string, recordType: number, extra: Json): Json {
  return {
    CreationTime: ualTime(access.at),
    Id: access.id,
    Operation: operation,
    OrganizationId: tenant.id,
    RecordType: recordType,
    ResultStatus: "Succeeded",
    UserKey: access.user.puid,
    UserType: 0,
    Version: 1,
    Workload: "Exchange",
    ...(recordType === 50 ? {} : { ClientIP: access.ip }),
    UserId: access.user.upn,
    AppAccessContext: {
      AADSessionId: access.sessionId,
      APIId: "00000002-0000-0ff1-ce00-000000000000",
      ClientAppId: access.appId,
      IssuedAtTime: ualTime(access.at - 240_000),
      UniqueTokenId: access.uniqueTokenId,
    },
    AppId: access.appId,
    ClientIPAddress: access.ip,
    ...clientInfo(access, operation),
    LogonUserSid: access.user.sid,
    MailboxGuid: access.user.mailbox?.guid ?? "",
    MailboxOwnerSid: access.user.sid,
    MailboxOwnerUPN: access.user.upn,
    OrganizationName: tenant.initialDomain,
    OriginatingServer: `${SERVER}\r\n`,
    SessionId: access.sessionId,
    ...extra,
  };
}

export function mailItemsAccessed(
  tenant: Tenant,
  access: MailAccess,
  messageIds: string[],
  type: "Bind" | "Sync",
  folder = "\\Inbox",
): Json {
  const operationProperties = [
    { Name: "MailAccessType", Value: type },
    { Name: "IsThrottled", Value: "False" },
  ];
  if (type === "Sync") {
    const where = { Id: `LgAAAAD${access.user.mailbox?.guid ?? ""}`, Path: folder };
    return mailboxRecord(tenant, access, "MailItemsAccessed", 2, {
      OperationProperties: operationProperties,
      Item: { Id: where.Id, ParentFolder: { ...where, Name: folder.slice(1) } },
    });
  }
  return mailboxRecord(tenant, access, "MailItemsAccessed", 50, {
    OperationProperties: operationProperties,
    Folders: [
      {
        FolderItems: messageIds.map((InternetMessageId) => ({ InternetMessageId })),
        Id: `LgAAAAD${access.user.mailbox?.guid ?? ""}`,
        Path: folder,
      },
    ],
    OperationCount: messageIds.length,
  });
}

export function send(
  tenant: Tenant,
  access: MailAccess,
  message: { internetMessageId: string; subject: string },
): Json {
  return mailboxRecord(tenant, access, "Send", 2, {
    Item: { Id: "Unknown", InternetMessageId: message.internetMessageId, Subject: message.subject },
  });
}

export function deleteItems(
  tenant: Tenant,
  access: MailAccess,
  operation: "MoveToDeletedItems" | "SoftDelete" | "HardDelete",
  messages: { id: string; subject: string; internetMessageId: string }[],
  folder = "\\Sent Items",
): Json {
  return mailboxRecord(tenant, access, operation, 3, {
    AffectedItems: messages.map((m) => ({
      Id: m.id,
      InternetMessageId: m.internetMessageId,
      Subject: m.subject,
      ParentFolder: { Id: "LgAAAAD", Path: folder },
    })),
    CrossMailboxOperation: false,
    Folder: { Id: "LgAAAAD", Path: folder },
  });
}

/** A rule made in Outlook itself: the record says that rules changed, with the rule in OperationProperties. */
export function updateInboxRules(
  tenant: Tenant,
  access: MailAccess,
  rule: { name: string; id: string; actions: Json[]; condition: string },
): Json {
  return mailboxRecord(tenant, access, "UpdateInboxRules", 2, {
    OperationProperties: [
      { Name: "RuleOperation", Value: "AddMailboxRule" },
      { Name: "RuleId", Value: rule.id },
      { Name: "RuleName", Value: rule.name },
      { Name: "RuleProvider", Value: "RuleOrganizer" },
      { Name: "RuleState", Value: "Enabled" },
      { Name: "RuleCondition", Value: rule.condition },
      { Name: "RuleActions", Value: JSON.stringify(rule.actions) },
      { Name: "ServerRule", Value: "{}" },
    ],
    Item: { Id: "Unknown", ParentFolder: { Id: "LgAAAAD", Name: "Inbox", Path: "\\Inbox" } },
  });
}

interface CmdletRun {
  at: number;
  id: string;
  /** UPN, or a service name such as NT AUTHORITY\SYSTEM (…). */
  userId: string;
  userKey: string;
  userType: number;
  ip: string | null;
  objectId: string;
  sessionId: string | null;
  appId: string;
  external: boolean;
}

/** An Exchange cmdlet (record type 1): parameters are strings, the address carries a port. */
export function cmdlet(tenant: Tenant, run: CmdletRun, name: string, parameters: Record<string, string>): Json {
  return {
    CreationTime: ualTime(run.at),
    Id: run.id,
    Operation: name,
    OrganizationId: tenant.id,
    RecordType: 1,
    ResultStatus: "True",
    UserKey: run.userKey,
    UserType: run.userType,
    Version: 1,
    Workload: "Exchange",
    ...(run.ip ? { ClientIP: `${run.ip}:${40_000 + (run.at % 20_000)}` } : {}),
    ObjectId: run.objectId,
    UserId: run.userId,
    AppId: run.appId,
    ClientAppId: "",
    ExternalAccess: run.external,
    OrganizationName: tenant.initialDomain,
    OriginatingServer: SERVER,
    Parameters: Object.entries(parameters).map(([Name, Value]) => ({ Name, Value })),
    ...(run.sessionId ? { SessionId: run.sessionId } : {}),
  };
}
