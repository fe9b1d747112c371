/** Where a record came from. The three Graph/UAL families plus message trace. */
export const EVENT_SOURCES = ["ual", "sign-in", "directory-audit", "message-trace"] as const;
export type EventSource = (typeof EVENT_SOURCES)[number];

/** The tab of the log viewer an event belongs to. */
export const EVENT_CATEGORIES = ["login", "exchange", "email", "sharepoint", "teams", "directory", "other"] as const;
export type EventCategory = (typeof EVENT_CATEGORIES)[number];

export const ACTOR_KINDS = ["person", "guest", "service-principal", "microsoft-service", "unknown"] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

export const EVENT_OUTCOMES = ["success", "failure", "challenge", "interrupted", "unknown"] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

/**
 * What Petra understood of one raw record, ECS-like, one language for all sources.
 * Text fields hold what the record said (hostile: show them through domain/event/show.ts).
 */
export type NormalizedEvent = {
  /** The record's own id (UAL Id, sign-in id, directory audit id); `file#line` only where a record has none. */
  recordId: string;
  source: EventSource;
  /** sha-256 (hex, first 32) over the canonical raw record: the same id with other content is a new version. */
  contentHash: string;
  /** ISO 8601 UTC; zone-less times are UTC. */
  occurredAt: string;
  category: EventCategory;
  /** Canonical verb, e.g. `sign-in`, `inbox-rule.create`, `mailbox.forwarding.set`, `app.consent`, `mail.read`; raw operation when not known. */
  action: string;
  /** The operation exactly as recorded. */
  operation: string;
  outcome: EventOutcome;
  /** Error or result code as recorded (sign-in errorCode, UserLoginFailed reason). */
  resultCode?: string;
  /** Microsoft tenant id as attested by the record. */
  organizationId?: string;
  actor: { kind: ActorKind; objectId?: string; upn?: string; puid?: string; appId?: string; displayName?: string };
  /** The account the event is about when it is not the actor (mailbox owner, reset user, role member). */
  target?: { kind: string; id?: string; upn?: string; name?: string };
  client: {
    ip?: string;
    port?: number;
    userAgent?: string;
    appId?: string;
    appName?: string;
    protocol?: string;
    deviceId?: string;
    deviceName?: string;
    os?: string;
    browser?: string;
    isCompliant?: boolean;
    isManaged?: boolean;
    trustType?: string;
  };
  handles: { sessionId?: string; tokenId?: string; correlationId?: string; messageIds?: string[] };
  signIn?: {
    isInteractive?: boolean;
    authRequirement?: "single" | "multi";
    authMethods?: string[];
    mfaSatisfiedByClaim?: boolean;
    clientApp?: string;
    isLegacyAuth?: boolean;
    riskLevel?: string;
    riskState?: string;
    conditionalAccess?: string;
    location?: { country?: string; region?: string; city?: string; lat?: number; lon?: number };
    resource?: string;
  };
  mail?: {
    subject?: string;
    from?: string;
    to?: string[];
    folder?: string;
    internetMessageIds?: string[];
    itemCount?: number;
    hasAttachments?: boolean;
  };
  rule?: {
    name?: string;
    id?: string;
    enabled?: boolean;
    conditions: Record<string, string>;
    forwardsTo?: string[];
    deletes?: boolean;
    movesTo?: string;
    marksRead?: boolean;
    stopsProcessing?: boolean;
    madeBy?: "outlook" | "cmdlet" | "api";
  };
  app?: {
    appId?: string;
    objectId?: string;
    name?: string;
    scopes?: string[];
    consentType?: string;
    isAdminConsent?: boolean;
  };
  file?: { name?: string; path?: string; size?: number };
  /** Other recorded parameters, flat text, for detections and the record drawer. */
  params: Record<string, string>;
  /** Own rules that held for the record as it was read. */
  ownHits?: OwnHit[];
};

/** An own rule (id and version) that holds for a record; the group and the value where it is counted over several. */
export type OwnHit = { rule: string; by?: string; of?: string };

/** What offline intelligence knows of an address; `unknown` is said, never guessed. */
export const NETWORK_KINDS = [
  "isp",
  "mobile",
  "hosting",
  "vpn",
  "proxy",
  "residential-proxy",
  "tor",
  "microsoft",
  "private",
  "unknown",
] as const;
export type NetworkKind = (typeof NETWORK_KINDS)[number];
export type IpFact = { ip: string; asn?: number; org?: string; country?: string; kind: NetworkKind };
export type AgentFact = {
  family: string;
  kind: "browser" | "mail-client" | "mobile-app" | "toolkit" | "service" | "unknown";
  os?: string;
};
export type EventFacts = { ip?: IpFact; agent?: AgentFact };
