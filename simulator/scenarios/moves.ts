import { MINUTE } from "../clock.ts";
import { updateInboxRules } from "../records/exchange.ts";
import type { Agent, SignInSpec } from "../records/sign-in.ts";
import { APP } from "../state/identifiers.ts";
import type { Json, MailRule, SimUser } from "../state/types.ts";
import { folderNamed } from "./mailbox.ts";
import type { Session, Stage } from "./stage.ts";

export const KIT_AGENTS: readonly Agent[] = [
  { userAgent: "axios/1.7.9", os: "", browser: "" },
  { userAgent: "axios/1.8.4", os: "", browser: "" },
  {
    userAgent:
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36",
    os: "Windows10",
    browser: "Chrome 133.0.0",
  },
];

/** The two-step sign-in with a second factor and the keep-me-signed-in page, as the logs show it. */
export function fullSignIn(stage: Stage, at: number, user: SimUser, session: Session): void {
  const correlationId = stage.rng.uuid();
  const app = { app: APP.officeHome, resource: { appId: APP.officeHome.id, name: "OfficeHome" }, correlationId };
  stage.signIn(at, user, session, { ...app, errorCode: 50074, mfa: "none", requestType: "Login:login" });
  stage.signIn(at + 24_000, user, session, { ...app, errorCode: 50140, mfa: "completed" });
  stage.signIn(at + 31_000, user, session, { ...app, mfa: "completed", requestType: "Kmsi:kmsi" });
}

export function tokenUse(
  stage: Stage,
  at: number,
  user: SimUser,
  session: Session,
  options: Partial<SignInSpec> = {},
): void {
  stage.signIn(at, user, session, { interactive: false, app: APP.outlookWeb, clientAppUsed: "Browser", ...options });
}

interface RuleMade {
  rule: MailRule;
  recordId: string;
}

/** A rule made in Outlook on the web (New-InboxRule) or in Outlook itself (UpdateInboxRules). */
export function makeRule(
  stage: Stage,
  at: number,
  user: SimUser,
  session: Session,
  options: {
    name: string;
    moveTo?: string;
    words?: string[];
    from?: string;
    forwardTo?: string;
    markAsRead?: boolean;
    inOutlook?: boolean;
    logged?: boolean;
    hidden?: boolean;
  },
): RuleMade {
  const { rng, tenant } = stage;
  if (!user.mailbox) throw new Error(`${user.upn} has no mailbox`);
  const folder = options.moveTo ? folderNamed(user.mailbox, options.moveTo, rng) : null;
  const actions: Json = { stopProcessingRules: true };
  if (folder) actions.moveToFolder = folder.id;
  if (options.markAsRead) actions.markAsRead = true;
  if (options.forwardTo)
    actions.forwardTo = [{ emailAddress: { name: options.forwardTo, address: options.forwardTo } }];
  const conditions: Json = {};
  if (options.words) conditions.bodyOrSubjectContains = options.words;
  if (options.from) conditions.fromAddresses = [{ emailAddress: { name: options.from, address: options.from } }];
  const rule: MailRule = {
    id: Buffer.from(`AQAA${rng.hex(10)}`).toString("base64"),
    exchangeId: String(rng.int(1_000_000_000, 2_000_000_000)),
    name: options.name,
    sequence: user.mailbox.rules.length,
    enabled: true,
    readOnly: false,
    hidden: options.hidden ?? false,
    conditions,
    actions,
  };
  user.mailbox.rules.push(rule);
  if (options.logged === false) return { rule, recordId: "" };
  if (options.inOutlook) {
    const ruleActions = [
      ...(folder ? [{ ActionType: "Move", FolderName: folder.displayName }] : []),
      ...(options.forwardTo ? [{ ActionType: "Forward", Recipients: [options.forwardTo], ForwardFlags: "None" }] : []),
    ];
    const record = updateInboxRules(tenant, stage.access(at, user, { ...session, client: "Client=MSExchangeRPC" }), {
      name: rule.name,
      id: rule.exchangeId,
      actions: ruleActions,
      condition: `{(|(${(options.words ?? []).map((w) => `(SubString IgnoreCase(SubjectProperty)=${w})`).join("")}))}`,
    });
    return { rule, recordId: stage.ual(at, record) };
  }
  const parameters: Record<string, string> = {
    AlwaysDeleteOutlookRulesBlob: "False",
    Force: "False",
    Mailbox: user.id,
    Name: options.name,
    ...(options.words ? { SubjectOrBodyContainsWords: options.words.join(";") } : {}),
    ...(options.from ? { From: options.from } : {}),
    ...(folder ? { MoveToFolder: folder.displayName } : {}),
    ...(options.forwardTo ? { ForwardTo: options.forwardTo } : {}),
    ...(options.markAsRead ? { MarkAsRead: "True" } : {}),
    StopProcessingRules: "True",
  };
  const recordId = stage.cmdlet(
    at,
    user,
    session,
    "New-InboxRule",
    parameters,
    `${tenant.initialDomain}\\${user.id}\\${options.name}`,
  );
  return { rule, recordId };
}

/** Forwarding of a whole mailbox, set by its owner's account in Outlook on the web. */
export function forwardMailbox(stage: Stage, at: number, user: SimUser, session: Session, address: string): string {
  if (user.mailbox) {
    user.mailbox.forwardingSmtpAddress = `smtp:${address}`;
    user.mailbox.deliverToMailboxAndForward = true;
  }
  const parameters = {
    Identity: user.id,
    ForwardingSmtpAddress: `smtp:${address}`,
    DeliverToMailboxAndForward: "True",
  };
  return stage.cmdlet(at, user, session, "Set-Mailbox", parameters, stage.mailboxPath(user));
}

export function addInboundConnector(
  stage: Stage,
  at: number,
  admin: SimUser,
  session: Session,
  connector: { name: string; senderIps: string[]; senderDomains: string },
): { identity: string; recordId: string } {
  const identity = stage.rng.uuid();
  const when = new Date(at).toISOString();
  stage.tenant.connectors.push({
    direction: "inbound",
    identity,
    name: connector.name,
    enabled: true,
    properties: {
      ConnectorType: "OnPremises",
      SenderDomains: [connector.senderDomains],
      SenderIPAddresses: connector.senderIps,
      RestrictDomainsToIPAddresses: false,
      RequireTls: false,
      TlsSenderCertificateName: null,
    },
    whenCreated: when,
    whenChanged: when,
  });
  const parameters = {
    Name: connector.name,
    ConnectorType: "OnPremises",
    Enabled: "True",
    SenderDomains: connector.senderDomains,
    SenderIPAddresses: connector.senderIps.join(";"),
    RequireTls: "False",
  };
  return { identity, recordId: stage.cmdlet(at, admin, session, "New-InboundConnector", parameters, connector.name) };
}

export const minutes = (n: number): number => n * MINUTE;
