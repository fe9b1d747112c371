import type { InventoryItem } from "#domain/incident/analysis.ts";
import type { PartnerSignIn } from "./delegated-tokens.ts";

/**
 * The port to Microsoft 365. One instance a tenant. Reads throw M365Fault; writes answer with a
 * WriteOutcome, because "refused", "gone" and "unknown after a lost answer" are expected outcomes (P12, L5).
 */
export type FaultClass =
  | "retry"
  | "needs-consent"
  | "our-fault"
  | "tenant-gone"
  | "not-licensed"
  | "not-found"
  | "refused"
  | "unknown";

export class M365Fault extends Error {
  readonly faultClass: FaultClass;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  /** Earliest next try, ms from now; undefined when Microsoft said nothing. */
  readonly retryAfterMs: number | undefined;
  constructor(
    faultClass: FaultClass,
    message: string,
    at: {
      status?: number | undefined;
      code?: string | undefined;
      requestId?: string | undefined;
      retryAfterMs?: number | undefined;
    } = {},
  ) {
    super(message);
    this.name = "M365Fault";
    this.faultClass = faultClass;
    this.status = at.status;
    this.code = at.code;
    this.requestId = at.requestId;
    this.retryAfterMs = at.retryAfterMs;
  }
}

export type WriteOutcome =
  | { kind: "accepted"; requestId: string | undefined; detail?: Record<string, string> }
  /** The object is not there (any more): done for a delete, a finding for the rest. */
  | { kind: "gone"; requestId: string | undefined }
  /** Microsoft said no; `fix` is what a person must do. */
  | { kind: "refused"; code: string; reason: string; fix: string; requestId: string | undefined }
  /** The answer was lost (5xx after sending, reset): read before trying again. */
  | { kind: "unknown"; reason: string; requestId: string | undefined };

export type M365User = {
  objectId: string;
  upn: string;
  mail: string | null;
  displayName: string | null;
  jobTitle: string | null;
  userType: string | null;
  accountEnabled: boolean;
  isSynced: boolean;
  licenseSkuIds: string[];
  createdAt: string | null;
  lastPasswordChangeAt: string | null;
  sessionsValidFrom: string | null;
};

export type RawPage = { records: unknown[]; body: string; receivedAt: string };

export type M365Message = {
  id: string;
  internetMessageId: string;
  subject: string;
  from: string | null;
  folderId: string;
  receivedAt: string | null;
};

/** A mail with what tells the same phish elsewhere. */
export type M365Mail = M365Message & {
  /** HTML or text as stored; never kept. */
  body: string;
  /** SHA-256 of each file attached, hexadecimal. */
  attachments: string[];
};

/** Which mails to find in one mailbox: one message by its id, or all of a sender since a time. */
export type MailQuery = { internetMessageId: string } | { sender: string; since: string };

/** One delivery as the message trace has it: a row a recipient. */
export type TracedMail = { sender: string; recipient: string; messageId: string; subject: string; status: string };

export type M365Tenant = {
  readonly microsoftTenantId: string;

  // onboarding
  readOrganization(): Promise<{
    id: string;
    displayName: string;
    /** Those whose ownership was proven to Microsoft. */
    domains: string[];
    hasP1: boolean;
    hasP2: boolean;
    federatedDomains: string[];
  }>;
  readAuditConfig(): Promise<{ enabled: boolean }>;
  enableAudit(): Promise<WriteOutcome>;

  // directory
  listUsers(): AsyncIterable<M365User[]>;
  readUser(objectId: string): Promise<M365User>;
  /** Directory roles a user holds, display names; empty for none. */
  readRoles(objectId: string): Promise<string[]>;
  countEnabledGlobalAdmins(): Promise<number>;
  readMailboxKind(objectId: string): Promise<"user" | "shared" | "none" | "on-premises">;

  // logs: every page as received; `since`/`until` ISO UTC
  signIns(window: { since: string; until: string; interactive: boolean }): AsyncIterable<RawPage>;
  directoryAudits(window: { since: string; until: string }): AsyncIterable<RawPage>;
  /** Management Activity API: content published in the window (≤ 24 h), subscription started when missing. */
  activityFeed(window: {
    contentType: string;
    since: string;
    until: string;
  }): AsyncIterable<RawPage & { contentId: string; contentCreated: string }>;
  /** Asynchronous unified-audit-log search for the scan. */
  startAuditQuery(window: { since: string; until: string; name: string }): Promise<{ queryId: string }>;
  auditQueryState(queryId: string): Promise<"notStarted" | "running" | "succeeded" | "failed" | "cancelled">;
  auditQueryRecords(queryId: string): AsyncIterable<RawPage>;

  // inventory of artifacts able to persist; faults per part are reported, not thrown
  inventory(scope: { mailboxes: string[] | "all" }): Promise<{ items: InventoryItem[]; blind: string[] }>;

  // acting
  revokeSessions(objectId: string): Promise<WriteOutcome>;
  setAccountEnabled(objectId: string, enabled: boolean): Promise<WriteOutcome>;
  setPassword(objectId: string, password: string): Promise<WriteOutcome>;
  /** Asks for a password that directory synchronisation writes back, in the name of the partner's administrator. */
  resetByWriteback(objectId: string, newPassword: string): Promise<WriteOutcome>;
  /** What became of it; `unreadable` where the partner's sign-in or the operation is gone. */
  readPasswordReset(
    objectId: string,
    operationId: string,
  ): Promise<{ state: "running" | "succeeded" } | { state: "failed" | "unreadable"; reason: string }>;
  findMessages(mailboxObjectId: string, match: { internetMessageId: string }): Promise<M365Message[]>;
  /** With body and attachments, for telling the same phish. */
  readMails(mailboxObjectId: string, query: MailQuery): Promise<M365Mail[]>;
  /** Message trace; the window is at most ten days, within the last ninety. */
  traceMail(query: {
    since: string;
    until: string;
    by: { messageId: string } | { sender: string };
  }): Promise<TracedMail[]>;
  /** Id of a folder by its well-known name. */
  readFolderId(mailboxObjectId: string, wellKnownName: "deleteditems"): Promise<string>;
  moveMessage(
    mailboxObjectId: string,
    messageId: string,
    toFolder: "deleteditems" | string,
  ): Promise<WriteOutcome & { newId?: string }>;
  readInboxRule(mailboxObjectId: string, ruleId: string): Promise<Record<string, unknown> | null>;
  /** Rules Graph shows, as "List rules" gives them. */
  listInboxRules(mailboxObjectId: string): Promise<Record<string, unknown>[]>;
  deleteInboxRule(mailboxObjectId: string, ruleId: string): Promise<WriteOutcome>;
  setInboxRuleEnabled(mailboxObjectId: string, ruleId: string, enabled: boolean): Promise<WriteOutcome>;
  createInboxRule(mailboxObjectId: string, rule: Record<string, unknown>): Promise<WriteOutcome & { newId?: string }>;
  /** `internalAddress`: a recipient of the tenant (ForwardingAddress), beside the outside `smtpAddress`. */
  readForwarding(
    mailboxObjectId: string,
  ): Promise<{ smtpAddress: string | null; internalAddress: string | null; keepsCopy: boolean } | null>;
  setForwarding(
    mailboxObjectId: string,
    smtpAddress: string | null,
    keepsCopy: boolean,
    internalAddress?: string | null,
  ): Promise<WriteOutcome>;
  readMailboxPermission(mailboxObjectId: string, trustee: string): Promise<{ rights: string[] } | null>;
  removeMailboxPermission(mailboxObjectId: string, trustee: string, rights?: string[]): Promise<WriteOutcome>;
  addMailboxPermission(mailboxObjectId: string, trustee: string, rights: string[]): Promise<WriteOutcome>;
  setTransportRuleEnabled(id: string, enabled: boolean): Promise<WriteOutcome>;
  readConnector(
    kind: "inbound-connector" | "outbound-connector",
    id: string,
  ): Promise<{ enabled: boolean; detail: Record<string, string> } | null>;
  setConnectorEnabled(
    kind: "inbound-connector" | "outbound-connector",
    id: string,
    enabled: boolean,
  ): Promise<WriteOutcome>;
  removeConnector(kind: "inbound-connector" | "outbound-connector", id: string): Promise<WriteOutcome>;
  readGrant(grantId: string): Promise<Record<string, unknown> | null>;
  /** Grants held by one service principal. */
  listGrants(servicePrincipalId: string): Promise<Record<string, unknown>[]>;
  deleteGrant(grantId: string): Promise<WriteOutcome>;
  createGrant(grant: Record<string, unknown>): Promise<WriteOutcome & { newId?: string }>;
  readServicePrincipal(
    objectId: string,
  ): Promise<{ enabled: boolean; appId: string; name: string; isFirstParty: boolean } | null>;
  setServicePrincipalEnabled(objectId: string, enabled: boolean): Promise<WriteOutcome>;
  /** App registrations of the tenant itself; disabled means: no new tokens anywhere. */
  readApplication(objectId: string): Promise<{ enabled: boolean; appId: string; name: string } | null>;
  setApplicationEnabled(objectId: string, enabled: boolean): Promise<WriteOutcome>;
  readDevice(objectId: string): Promise<{ enabled: boolean; deviceId: string; name: string } | null>;
  setDeviceEnabled(objectId: string, enabled: boolean): Promise<WriteOutcome>;
  /** Without the password; `kind` as `deleteAuthMethod` takes it. */
  listAuthMethods(
    userObjectId: string,
  ): Promise<{ id: string; kind: string; createdAt: string | null; name: string }[]>;
  deleteAuthMethod(userObjectId: string, kind: string, methodId: string): Promise<WriteOutcome>;
  /**
   * Makes the block group and its policy where they are missing; `newId` is the group's. The policy leaves the emergency
   * accounts out. Needs Entra ID P1.
   */
  prepareBlockGroup(emergencyObjectIds: readonly string[]): Promise<WriteOutcome & { newId?: string }>;
  /** Whether an enabled policy refuses this member of the group every new token. */
  isBlocking(groupId: string, objectId: string): Promise<boolean>;
  isInGroup(groupId: string, objectId: string): Promise<boolean>;
  addToGroup(groupId: string, objectId: string): Promise<WriteOutcome>;
  removeFromGroup(groupId: string, objectId: string): Promise<WriteOutcome>;
  /** When directory synchronisation last ran over the tenant; null without it. */
  readLastDirectorySync(): Promise<string | null>;
  /** The mailbox's ways in by their Exchange names, null without a mailbox ("Set-CASMailbox"). */
  readMailboxProtocols(mailboxObjectId: string): Promise<Record<string, boolean | null> | null>;
  setMailboxProtocols(mailboxObjectId: string, protocols: Record<string, boolean | null>): Promise<WriteOutcome>;
  readTransportRule(id: string): Promise<{ enabled: boolean } | null>;
  /** Directory role assignments of one principal, `name` the role's. */
  listRoleAssignments(objectId: string): Promise<{ id: string; roleId: string; name: string }[]>;
  removeRoleAssignment(assignmentId: string): Promise<WriteOutcome>;
  addRoleAssignment(objectId: string, roleId: string): Promise<WriteOutcome & { newId?: string }>;
};

export type M365Cloud = {
  /** `signIn`: of the partner whose customer this tenant is, for the few writes an application may not do itself. */
  tenant(microsoftTenantId: string, signIn?: PartnerSignIn): M365Tenant;
  /** Throws away cached tokens: roles granted later are only in a new token. */
  forgetTokens(microsoftTenantId: string): void;
  /** Admin consent page; `state` is single-use and bound to the tenant row. */
  adminConsentUrl(input: { tenant: string | "organizations"; state: string; redirectUri: string }): string;
  /** What the code of a partner administrator's sign-in stands for ("authorization code flow"). */
  redeemPartnerSignIn(input: {
    code: string;
    redirectUri: string;
  }): Promise<{ refreshToken: string; upn: string; partnerTenantId: string }>;
  /** Customers of a partner tenant with their GDAP relationships. */
  listPartnerCustomers(
    partnerTenantId: string,
  ): Promise<{ microsoftTenantId: string; name: string; gdapUntil: string | null; gdapActive: boolean }[]>;
};
