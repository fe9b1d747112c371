/** Raw JSON as it goes over the wire. */
export type Json = Record<string, unknown>;

/** A log record together with the moment Microsoft first shows it. */
export interface StoredRecord {
  at: number;
  availableAt: number;
  record: Json;
}

/** Both v1.0 and beta are served from this: `record` holds the beta form. */
export interface StoredSignIn extends StoredRecord {
  stream: "interactiveUser" | "nonInteractiveUser" | "servicePrincipal" | "managedIdentity";
}

export interface Recipient {
  name: string;
  address: string;
}

export interface Message {
  id: string;
  immutableId: string;
  folderId: string;
  internetMessageId: string;
  conversationId: string;
  subject: string;
  bodyPreview: string;
  from: Recipient;
  to: Recipient[];
  receivedAt: number;
  isRead: boolean;
  hasAttachments: boolean;
  attachments?: { name: string; contentBytes: string }[];
}

export interface Folder {
  id: string;
  displayName: string;
  wellKnownName: string | null;
}

export interface MailRule {
  id: string;
  /** The number Exchange cmdlets use for the same rule. */
  exchangeId: string;
  name: string;
  sequence: number;
  enabled: boolean;
  readOnly: boolean;
  /** Not listed by Graph, only by Get-InboxRule -IncludeHidden. */
  hidden: boolean;
  conditions: Json;
  actions: Json;
}

export interface Mailbox {
  guid: string;
  recipientType: "UserMailbox" | "SharedMailbox" | "RoomMailbox" | "EquipmentMailbox";
  forwardingSmtpAddress: string | null;
  forwardingAddress: string | null;
  deliverToMailboxAndForward: boolean;
  folders: Folder[];
  messages: Message[];
  rules: MailRule[];
  permissions: { user: string; rights: string[] }[];
  protocols: Record<string, boolean>;
}

export interface AuthMethod {
  id: string;
  type: string;
  createdDateTime: string | null;
  details: Json;
}

export interface SimUser {
  id: string;
  upn: string;
  displayName: string;
  givenName: string;
  surname: string;
  jobTitle: string;
  mail: string | null;
  proxyAddresses: string[];
  accountEnabled: boolean;
  userType: "Member" | "Guest";
  usageLocation: string;
  skus: string[];
  onPremisesSyncEnabled: boolean | null;
  onPremisesImmutableId: string | null;
  createdAt: number;
  lastPasswordChangeAt: number;
  sessionsValidFrom: number;
  /** Last moment that ends access tokens of evaluation-aware clients: disable, revoke or password change. */
  tokensCutAt: number;
  puid: string;
  sid: string;
  /** Directory role template ids held by the person. */
  roles: string[];
  passwordGeneration: number;
  mustChangePassword: boolean;
  /** What the on-premises directory holds; null for cloud accounts. */
  onPremises: { accountEnabled: boolean; passwordGeneration: number } | null;
  mailbox: Mailbox | null;
  methods: AuthMethod[];
}

export interface ServicePrincipal {
  id: string;
  appId: string;
  displayName: string;
  accountEnabled: boolean;
  appOwnerOrganizationId: string;
  createdAt: number;
  publisher: { displayName: string; verifiedPublisherId: string; addedDateTime: string } | null;
  replyUrls: string[];
  homepage: string | null;
  tags: string[];
  appRoles: { id: string; value: string; displayName: string }[];
  passwordCredentials: Json[];
  keyCredentials: Json[];
}

export interface Application {
  id: string;
  appId: string;
  displayName: string;
  createdAt: number;
  isDisabled: boolean;
  passwordCredentials: Json[];
  keyCredentials: Json[];
}

export interface Grant {
  id: string;
  clientId: string;
  consentType: "Principal" | "AllPrincipals";
  principalId: string | null;
  resourceId: string;
  scope: string;
}

export interface AppRoleAssignment {
  id: string;
  appRoleId: string;
  createdDateTime: string;
  principalDisplayName: string;
  principalId: string;
  principalType: "User" | "Group" | "ServicePrincipal";
  resourceDisplayName: string;
  resourceId: string;
}

export interface Device {
  /** Directory object id: the key of Graph paths. */
  id: string;
  /** The other id: the one sign-in logs show. */
  deviceId: string;
  displayName: string;
  accountEnabled: boolean;
  operatingSystem: string;
  trustType: "Workplace" | "AzureAd" | "ServerAd";
  ownerId: string;
  registeredAt: number;
  lastSignInAt: number;
  isCompliant: boolean;
  isManaged: boolean;
}

export interface Connector {
  direction: "inbound" | "outbound";
  identity: string;
  name: string;
  enabled: boolean;
  properties: Json;
  whenCreated: string;
  whenChanged: string;
}

export interface TransportRule {
  identity: string;
  name: string;
  enabled: boolean;
  priority: number;
  properties: Json;
  whenChanged: string;
}

/** A domain that was added to the company's own two; `federation` names the foreign issuer of its sign-ins. */
interface AddedDomain {
  name: string;
  verified: boolean;
  federation: { issuerUri: string; passiveSignInUri: string; displayName: string } | null;
}

export interface Group {
  id: string;
  displayName: string;
  synced: boolean;
  members: string[];
}

export interface AuditQuery {
  id: string;
  createdAt: number;
  readyAt: number;
  outcome: "succeeded" | "failed" | "stuck";
  body: Json;
}

/** A reset a signed-in person asked for; the on-premises directory answers it later. */
export interface PasswordReset {
  id: string;
  userId: string;
  by: string;
  createdAt: number;
  /** null: it never ends. */
  readyAt: number | null;
  status: "notStarted" | "running" | "succeeded" | "failed";
  /** Why the on-premises directory will not take it. */
  refusal: string | null;
}

export interface ContentBlob {
  id: string;
  contentType: string;
  createdAt: number;
  expiresAt: number;
  records: Json[];
}

export interface MessageTrace {
  id: string;
  receivedAt: number;
  sender: string;
  recipient: string;
  messageId: string;
  subject: string;
  status: string;
  fromIp: string;
}

/** Our application as one tenant knows it. */
export interface Installation {
  state: "never" | "granted" | "removed" | "disabled";
  servicePrincipalId: string;
  /** App role names by resource (audience host). */
  roles: Record<string, string[]>;
  /** Directory role template ids of our service principal. */
  directoryRoles: string[];
}

export interface Fault {
  id: string;
  kind: string;
  match: { method?: string | undefined; pathPattern?: string | undefined };
  /** How often it still strikes; null = without end. */
  remaining: number | null;
  probability: number;
  /** Matching calls that pass before the first strike. */
  skip: number;
  settings: Json;
}

export interface AttackerSession {
  id: string;
  userId: string;
  issuedAt: number;
  passwordGeneration: number;
  /** Client understands continuous access evaluation. */
  cae: boolean;
  accessToken: { issuedAt: number; expiresAt: number };
}

export interface AttackerState {
  victimId: string;
  knowsPasswordGeneration: number | null;
  /** He can answer a second factor (own method, or none is asked). */
  passesMfa: boolean;
  sessions: AttackerSession[];
  network: string;
  ip: string;
  userAgent: string;
  appSpId: string | null;
  lockedOutSince: number | null;
  autoEveryMs: number | null;
  autoWhat: string[];
  nextAutoAt: number | null;
  tries: AttackerTry[];
}

export interface AttackerTry {
  at: string;
  victimId: string;
  what: string;
  succeeded: boolean;
  result: string;
  noticedLockout: boolean;
}

/** A value readers still see although it has been replaced (read replicas lag behind writes). */
interface LaggingView {
  key: string;
  until: number;
  /** null: readers do not see the object yet or any more. */
  value: Json | null;
}

/** The story as played on one account. */
export interface PlayedOn {
  victimId: string;
  attack: Json;
  attacker: AttackerState | null;
}

export interface Person {
  userId: string;
  network: string;
  officeIp: string;
  homeIp: string;
  mobileIp: string;
  /** Index into the tenant's device list; null = no registered computer. */
  deviceObjectId: string | null;
  browserAgent: string;
  os: string;
  browser: string;
}

export interface Tenant {
  id: string;
  displayName: string;
  domain: string;
  initialDomain: string;
  country: string;
  story: string;
  seed: string;
  gone: boolean;
  p1: boolean;
  p2: boolean;
  auditEnabled: boolean;
  auditSince: number;
  writesAllowed: boolean;
  installation: Installation;
  users: SimUser[];
  people: Person[];
  servicePrincipals: ServicePrincipal[];
  applications: Application[];
  grants: Grant[];
  appRoleAssignments: AppRoleAssignment[];
  devices: Device[];
  connectors: Connector[];
  transportRules: TransportRule[];
  groups: Group[];
  policies: Json[];
  addedDomains: AddedDomain[];
  ual: StoredRecord[];
  signIns: StoredSignIn[];
  directoryAudits: StoredRecord[];
  traces: MessageTrace[];
  auditQueries: AuditQuery[];
  subscriptions: { contentType: string; status: "enabled" | "disabled"; startedAt: number }[];
  blobs: ContentBlob[];
  publishedUal: number;
  lag: LaggingView[];
  faults: Fault[];
  /** Whether resets in the cloud are written back to the on-premises directory. */
  passwordWriteback?: boolean;
  passwordResets?: PasswordReset[];
  sync: { everyMs: number; nextAt: number; mode: "reverts" | "stays"; lastAt?: number };
  /** What he holds of the first victim. */
  attacker: AttackerState | null;
  victimId: string | null;
  accountRoles: Record<string, string>;
  /** Handles of the story as played on the first victim. */
  attack: Json;
  attacked: boolean;
  /** The other accounts of a story that was played on several. */
  alsoAttacked: PlayedOn[];
}
