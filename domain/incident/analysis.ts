import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";

export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const INCIDENT_KINDS = [
  "aitm",
  "session-theft",
  "device-code",
  "password-compromise",
  "spray-compromise",
  "illicit-consent",
  "mailbox-takeover",
  "admin-takeover",
  "leftover-persistence",
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

export const ARTIFACT_KINDS = [
  "inbox-rule",
  "mailbox-forwarding",
  "mailbox-delegate",
  "transport-rule",
  "inbound-connector",
  "outbound-connector",
  "oauth-grant",
  "service-principal",
  "app-registration",
  "device",
  "mfa-method",
  "role-assignment",
  "internal-phish",
  "mailbox-phish",
] as const;
export type ArtifactKind = (typeof ARTIFACT_KINDS)[number];

/** One firing of a detection on an account. */
export type DetectionSignal = {
  detection: string;
  title: string;
  /** ISO time of the last record needed for it to fire. */
  at: string;
  account: AccountRef;
  recordIds: string[];
  dedupKey: string;
  weight: number;
  attack: string[];
  /** One sentence a technician understands. */
  reason: string;
};

export type AccountRef = { objectId?: string; upn: string };

/** One line of "what speaks for it / against it / could not be seen". */
export type Evidence = { text: string; weight?: number; recordIds: string[] };

export type PersistenceFinding = {
  kind: ArtifactKind;
  name: string;
  state: "active" | "disabled" | "deleted" | "unknown";
  /** The record that shows it being made, when a log shows it. */
  recordId?: string;
  /** Microsoft's id of the object where known (rule id, grant id, service principal object id, connector name …). */
  objectId?: string;
  mailbox?: string;
  /** true = the attacker made it (pre-selected in step 3); false = a legitimate twin stays. */
  byAttacker: boolean;
  why: string;
  /** What it does, one line. */
  effect: string;
  detail: Record<string, string>;
};

/** One compromise of one account as the engine sees it, recomputed from records; merged into the stored incident. */
export type IncidentDraft = {
  /** Stable for the same compromise however the records arrive: tenant, account and first attacker handle. */
  key: string;
  account: AccountRef;
  kind: IncidentKind;
  severity: Severity;
  /** 0..1 */
  confidence: number;
  headline: string;
  /** Two to four sentences a client could read. */
  story: string;
  firstAttackerActivity: string;
  lastAttackerActivity: string;
  /** Event time of the last record needed to raise it. */
  detectableAt: string;
  attack: string[];
  attacker: { ips: string[]; asns: string[]; userAgents: string[]; sessions: string[]; apps: string[] };
  signals: DetectionSignal[];
  /** All cited records. */
  recordIds: string[];
  persistence: PersistenceFinding[];
  for: Evidence[];
  against: Evidence[];
  notVisible: string[];
  /** Phishing mails sent or received in it: what step 2 starts from. */
  phish: {
    internetMessageId?: string;
    subject?: string;
    sender?: string;
    direction: "received" | "sent-by-attacker";
  }[];
};

export type FailedAttack = {
  kind: "PASSWORD_SPRAY" | "PASSWORD_GUESSING" | "LEGACY_AUTH" | "AITM_KIT" | "MFA_REFUSED";
  sourceIps: string[];
  countries: string[];
  accounts: string[];
  from: string;
  to: string;
  attempts: number;
  recordIds: string[];
};

export type Notable = { account: AccountRef; kind: string; at: string; recordIds: string[]; why: string };

export type RowVerdict = "attacker" | "owner" | "unclear";
export type Attribution = { recordId: string; verdict: RowVerdict; reason: string };

/** An object found in the live inventory (rules, grants, apps …), input of leftover-persistence judgement. */
export type InventoryItem = {
  kind: ArtifactKind;
  objectId: string;
  name: string;
  mailbox?: AccountRef;
  enabled: boolean;
  createdAt?: string;
  createdBy?: string;
  detail: Record<string, string>;
};

/** Where and with what an account was seen on days before the records at hand: baselines start from it. */
export type PastSighting = {
  account: AccountRef;
  ip: string;
  userAgent?: string;
  deviceId?: string;
  /** As the record said, where it said so. */
  country?: string;
  /** ISO time of the first sighting. */
  first: string;
  /** Days since 1970 on which it was seen, ascending. */
  days: number[];
};

export type AnalysisInput = {
  events: NormalizedEvent[];
  /** What was seen before the first of `events`, without what is known to be an attacker's. */
  past?: readonly PastSighting[];
  /** Facts by address and agent; the engine asks, the caller answers offline. */
  factsOf: (event: NormalizedEvent) => EventFacts;
  inventory?: InventoryItem[];
  /** The live inventory is read later: until then nobody holds against an application that its publisher is not known. */
  awaitsInventory?: boolean;
  asOf: string;
  /** Domains the tenant owns: mail outside of them is external. */
  ownDomains?: string[];
  /** What the scan could not see, in words, carried into notVisible. */
  blindSpots?: string[];
};

export type Analysis = {
  incidents: IncidentDraft[];
  failedAttacks: FailedAttack[];
  notable: Notable[];
  /** For the accounts of incidents only. */
  attribution: Attribution[];
  targetedAccounts: { upn: string; attempts: number; countries: string[] }[];
};
