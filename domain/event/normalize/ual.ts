import { parseAddress } from "../address.ts";
import type { NormalizedEvent } from "../event.ts";
import { signInCode } from "../sign-in-codes.ts";
import { identityOf, isGuid, ualActor, upnOf } from "./actor.ts";
import { appOf, changePairs, changesOf, strongAuthChange, type Target } from "./directory.ts";
import { mailOf } from "./mail.ts";
import { operationOf, resultOutcome } from "./operations.ts";
import { defined, flat, list, object, type Pairs, pairs, type Raw, text } from "./raw.ts";
import { addressesIn, cmdletRule, forwardingChange, outlookRule, switchesAuditOff } from "./rule.ts";

/** All of an event but the identity the caller has established. */
export type Body = Omit<NormalizedEvent, "recordId" | "source" | "contentHash" | "occurredAt">;

const AGENT_IN_CLIENT = /(?:^|;)\s*(Mozilla\/[^;]*(?:;[^;]*)*?)\s*;?\s*$/;

/** Members outside of the lists of parameters that detections and the record drawer read. */
const KEPT = [
  "ObjectId",
  "ClientInfoString",
  "ClientAppId",
  "SiteUrl",
  "EventData",
  "IntraSystemId",
  "QueryText",
  "SearchQuery",
  "Query",
  "Case",
  "ChatThreadId",
  "CommunicationType",
  "MessageId",
];

/** A record of the unified audit log: Activity API, `AuditData`, `auditData`, or an OfficeActivity row turned back. */
export function ualBody(raw: Raw): Body {
  const operation = text(raw, "Operation") ?? "";
  const recordType = text(raw, "RecordType");
  const base = operationOf(operation, text(raw, "Workload"), recordType);
  const extended = pairs(raw.ExtendedProperties);
  const device = pairs(raw.DeviceProperties);
  const changes = changesOf(list(raw, "ModifiedProperties"));
  const parameters = pairs(raw.Parameters);
  const extra = pairs(raw.additionalDetails ?? extended.get("additionalDetails"));
  const body: Body = {
    category: base.category,
    action: base.action,
    operation,
    outcome: resultOutcome(text(raw, "ResultStatus")),
    actor: ualActor(raw),
    client: clientOf(raw, extended, device, extra),
    handles: handlesOf(raw, device),
    params: flat(parameters, changePairs(changes), extended, extra),
  };
  const organization = text(raw, "OrganizationId");
  if (isGuid(organization)) body.organizationId = organization.toLowerCase();
  for (const name of KEPT) {
    const value = text(raw, name);
    if (value) body.params[name] ??= value;
  }
  if (base.action === "provider.alert") alert(body, raw);
  else if (base.action === "sign-in") signIn(body, raw, extended, device);
  else if (base.category === "directory") directory(body, raw, changes);
  else if (base.category === "sharepoint") file(body, raw);
  else exchange(body, raw, parameters);
  return body;
}

function clientOf(raw: Raw, extended: Pairs, device: Pairs, extra: Pairs): Body["client"] {
  const address = ["ClientIP", "ClientIPAddress", "Client_IPAddress", "ActorIpAddress"]
    .map((name) => parseAddress(text(raw, name)))
    .find((found) => found !== undefined);
  const info = text(raw, "ClientInfoString");
  const appId = text(raw, "ApplicationId", "AppId", "ClientAppId");
  const managed = device.flag("IsCompliantAndManaged");
  const session = object(raw, "AppAccessContext");
  return defined<Body["client"]>({
    ip: address?.ip,
    port: address?.port,
    userAgent:
      text(raw, "UserAgent") ??
      extended.get("UserAgent") ??
      extra.get("User-Agent") ??
      (info ? AGENT_IN_CLIENT.exec(info)?.[1] : undefined),
    appId: isGuid(appId) ? appId.toLowerCase() : undefined,
    appName: text(raw, "ApplicationDisplayName", "AppName") ?? text(session, "ClientAppName"),
    protocol: extended.get("RequestType") ?? (info ? /Client=([^;]+)/.exec(info)?.[1] : undefined),
    deviceId: device.get("Id", "DeviceId"),
    deviceName: device.get("DisplayName") ?? text(raw, "DeviceDisplayName"),
    os: device.get("OS"),
    browser: device.get("BrowserType"),
    isCompliant: device.flag("IsCompliant") ?? managed,
    isManaged: managed ?? (text(raw, "IsManagedDevice") === "true" ? true : undefined),
    trustType: device.get("TrustType"),
  });
}

function handlesOf(raw: Raw, device: Pairs): Body["handles"] {
  const context = object(raw, "AppAccessContext");
  return defined<Body["handles"]>({
    sessionId: text(context, "AADSessionId") ?? device.get("SessionId") ?? text(raw, "SessionId", "AADSessionId"),
    tokenId: text(context, "UniqueTokenId") ?? text(raw, "UniqueTokenId"),
    correlationId: text(raw, "InterSystemsId", "CorrelationId") ?? text(context, "CorrelationId"),
  } as { [K in keyof Body["handles"]]: Body["handles"][K] | undefined });
}

function signIn(body: Body, raw: Raw, extended: Pairs, device: Pairs): void {
  const failed = /failed/i.test(body.operation);
  const code = text(raw, "ErrorNumber");
  const known = signInCode(code, text(raw, "LogonError"));
  body.resultCode = known?.code ?? code ?? (failed ? text(raw, "LogonError") : "0") ?? "";
  if (body.resultCode === "") delete body.resultCode;
  body.outcome = failed ? failedOutcome(known?.outcome) : "success";
  if (failed && text(raw, "LogonError")) body.params.LogonError = text(raw, "LogonError") ?? "";
  const request = text(raw, "IntraSystemId");
  if (request) body.params.requestId = request.toLowerCase();
  const method = extended.get("UserAuthenticationMethod");
  const protocol = extended.get("RequestType") ?? "";
  body.signIn = defined<NonNullable<Body["signIn"]>>({
    isInteractive: /login:login|saml2|wsfed|oauth2:authorize/i.test(protocol) ? true : undefined,
    authMethods: method ? [method] : undefined,
    clientApp: device.get("BrowserType") ? "Browser" : undefined,
    isLegacyAuth: isLegacy(body.client.userAgent, protocol) || undefined,
    resource: text(raw, "ObjectId"),
  });
  if (/cmsi|devicecode|device_code/i.test(protocol)) body.params.authenticationProtocol = "deviceCode";
}

/** Whom an alert of Microsoft's names: `f3u`, or the entity when it is a person; the alert's name tells what it says. */
function alert(body: Body, raw: Raw): void {
  const data = object(raw, "Data");
  const name = text(raw, "Name", "AlertDisplayName") ?? body.operation;
  body.params.alertName = name;
  const severity = text(raw, "Severity", "AlertSeverity");
  if (severity) body.params.alertSeverity = severity;
  const about = [
    text(data, "f3u"),
    text(data, "eid"),
    text(data, "trc"),
    text(raw, "AlertEntityId"),
    text(raw, "ObjectId"),
    body.actor.upn,
  ]
    .map(upnOf)
    .find((upn) => upn !== undefined);
  if (about) body.target = { kind: "User", upn: about };
}

/** A UserLoginFailed whose code says "interrupted" or "second factor" was no failure of the password. */
function failedOutcome(known: Body["outcome"] | undefined): Body["outcome"] {
  if (known === "success") return "interrupted";
  return known ?? "failure";
}

/** Clients that cannot do a second factor. */
export function isLegacy(...texts: (string | undefined)[]): boolean {
  const all = texts.filter((t) => t !== undefined).join(" ");
  return /BAV2ROPC|CBAInPROD|Exchange ActiveSync|Authenticated SMTP|\bIMAP4?\b|\bPOP3?\b|Other clients|AutoDiscover|MAPI Over HTTP|Exchange Web Services|Offline Address Book|Exchange Online PowerShell|OAuth2:Ropc/i.test(
    all,
  );
}

function directory(body: Body, raw: Raw, changes: ReturnType<typeof changesOf>): void {
  const target = identityOf(list(raw, "Target"));
  const objectId = text(raw, "ObjectId");
  const upn = upnOf(target.upn) ?? (body.action.startsWith("app.") ? undefined : upnOf(objectId));
  const found: Target = defined<Target>({
    type: target.kind,
    id: target.objectId,
    upn,
    name: target.name ?? (upn || isGuid(objectId) ? undefined : objectId),
    appId: target.appId,
  });
  directoryDetail(body, changes, [found]);
}

/** Shared by both forms of a directory audit: target, application, strong authentication. */
export function directoryDetail(body: Body, changes: ReturnType<typeof changesOf>, targets: Target[]): void {
  const user = targets.find((t) => t.upn) ?? targets.find((t) => /user/i.test(t.type ?? ""));
  const main = /^(role|user|device|auth-method|mfa)/.test(body.action) ? (user ?? targets[0]) : (targets[0] ?? user);
  if (main) {
    const kind = main.type ?? (main.upn ? "User" : "Object");
    body.target = defined<NonNullable<Body["target"]>>({ kind, id: main.id, upn: main.upn, name: main.name });
  }
  const role = changes.find((c) => /^Role\.DisplayName$/i.test(c.name));
  if (role) body.params.roleName = role.to || role.from;
  if (/^role\./.test(body.action) && !body.params.roleName) {
    const named = targets.find((t) => /role/i.test(t.type ?? ""))?.name;
    if (named) body.params.roleName = named;
  }
  const app = appOf(body.action, changes, targets);
  if (app) body.app = app;
  if (body.action === "user.update") body.action = strongAuthChange(changes) ?? accountState(changes) ?? body.action;
  if (body.action === "app.credential.add" && !gainedKey(changes)) body.action = "app.credential.remove";
}

function accountState(changes: ReturnType<typeof changesOf>): string | undefined {
  const enabled = changes.find((c) => /^AccountEnabled$/i.test(c.name));
  if (!enabled) return undefined;
  if (/false/i.test(enabled.to)) return "user.disable";
  return /true/i.test(enabled.to) && /false/i.test(enabled.from) ? "user.enable" : undefined;
}

const KEY_ID = /KeyIdentifier=([^,\]]+)/g;

function gainedKey(changes: ReturnType<typeof changesOf>): boolean {
  const keys = changes.find((c) => /^(KeyDescription|PasswordCredentials|KeyCredentials)$/i.test(c.name));
  if (!keys) return true;
  const before = new Set([...keys.from.matchAll(KEY_ID)].map((m) => m[1]));
  const after = [...keys.to.matchAll(KEY_ID)].map((m) => m[1]);
  return after.length === 0 ? keys.to.length > keys.from.length : after.some((id) => !before.has(id));
}

function file(body: Body, raw: Raw): void {
  const path = text(raw, "ObjectId", "OfficeObjectId");
  const size = Number(text(raw, "FileSizeBytes") ?? Number.NaN);
  body.file = defined<NonNullable<Body["file"]>>({
    name: text(raw, "SourceFileName"),
    path,
    size: Number.isFinite(size) ? size : undefined,
  });
  const shared = text(raw, "TargetUserOrGroupName", "UserSharedWith");
  if (shared)
    body.target = defined({ kind: text(raw, "TargetUserOrGroupType") ?? "User", name: shared, upn: upnOf(shared) });
}

function exchange(body: Body, raw: Raw, parameters: Pairs): void {
  if (body.action === "inbox-rule.update" && /^updateinboxrules$/i.test(body.operation)) {
    const { action, rule } = outlookRule(raw);
    body.action = action;
    body.rule = rule;
  } else if (/^(inbox-rule|transport-rule|journal-rule)\./.test(body.action)) {
    body.rule = cmdletRule(raw, parameters);
    if (parameters.flag("Enabled") === false && body.action.endsWith(".update")) {
      body.action = body.action.replace(".update", ".disable");
    }
  } else if (body.action === "mailbox.settings.set") {
    mailboxSettings(body, parameters);
  }
  if (switchesAuditOff(body.action, parameters)) body.action = "audit.disable";
  const mailbox = mailboxOf(body, raw, parameters);
  if (mailbox) body.target = mailbox;
  folderPermission(body, raw);
  const grantee = parameters.get("User", "Trustee", "GrantSendOnBehalfTo");
  if (grantee && body.action.startsWith("mailbox.")) body.params.grantee = grantee.split(/[\\/]/).pop() ?? grantee;
  mailOf(body, raw);
}

/** `AddFolderPermissions` and its like name the folder, who got it and the rights inside of `Item.ParentFolder`. */
function folderPermission(body: Body, raw: Raw): void {
  if (body.action !== "mailbox.folder-permission.add") return;
  const folder = object(object(raw, "Item"), "ParentFolder");
  const who = text(folder, "MemberUpn", "MemberSid");
  const rights = text(folder, "MemberRights");
  const path = text(folder, "Path", "Name");
  if (who) body.params.grantee ??= /^s-1-8-|^everyone$/i.test(who) ? "Default" : who;
  if (rights) body.params.AccessRights ??= rights;
  if (path) body.params.Identity ??= path;
}

function mailboxSettings(body: Body, parameters: Pairs): void {
  const forwarding = forwardingChange(parameters);
  if (forwarding) {
    body.action = forwarding.action;
    body.params.forwardsTo = forwarding.to.join(";");
  } else if (parameters.get("GrantSendOnBehalfTo")) {
    body.action = "mailbox.delegate.add";
    body.params.AccessRights ??= "SendOnBehalf";
  }
}

function mailboxOf(body: Body, raw: Raw, parameters: Pairs): Body["target"] | undefined {
  const owner = text(raw, "MailboxOwnerUPN");
  if (owner) return defined({ kind: "mailbox", upn: upnOf(owner), name: owner, id: text(raw, "MailboxGuid") });
  if (body.category !== "exchange") return undefined;
  const path = parameters.get("Mailbox", "Identity") ?? text(raw, "ObjectId");
  if (!path || /^transport-rule|^connector|^audit/.test(body.action)) {
    return path ? { kind: "object", name: path } : undefined;
  }
  const name = /^inbox-rule/.test(body.action)
    ? mailboxOfRule(path)
    : /^mailbox\.folder/.test(body.action)
      ? mailboxOfFolder(path)
      : path.split(/[\\/]/).pop();
  if (!name) return undefined;
  return defined({ kind: "mailbox", name, upn: upnOf(name) ?? upnOf(addressesIn(name)[0]) });
}

/** "forest/tenant/mailbox\\rule" → mailbox. A mailbox and a rule without a path give nothing. */
function mailboxOfRule(path: string): string | undefined {
  const [before] = path.split("\\");
  return before === path ? undefined : before?.split("/").pop();
}

/** `ann:\Inbox` and `forest/tenant/ann:\Inbox` → `ann`; a folder without a mailbox gives nothing. */
function mailboxOfFolder(path: string): string | undefined {
  const at = path.indexOf(":\\");
  return at < 0 ? undefined : path.slice(0, at).split("/").pop();
}
