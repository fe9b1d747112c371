import type { Actor } from "#domain/access/actor.ts";
import type { EventCategory, NetworkKind } from "#domain/event/event.ts";
import type { ArtifactKind, IncidentKind, Severity } from "#domain/incident/analysis.ts";

export const KIND_WORDS: Record<IncidentKind, string> = {
  aitm: "Session theft (AiTM)",
  "session-theft": "Session theft",
  "device-code": "Device code phish",
  "password-compromise": "Password compromise",
  "spray-compromise": "Password spray that succeeded",
  "illicit-consent": "Illicit consent",
  "mailbox-takeover": "Mailbox takeover",
  "admin-takeover": "Admin takeover",
  "leftover-persistence": "Leftover persistence",
};

export const ARTIFACT_WORDS: Record<ArtifactKind, string> = {
  "inbox-rule": "Inbox rule",
  "mailbox-forwarding": "Mailbox forwarding",
  "mailbox-delegate": "Mailbox delegate",
  "transport-rule": "Transport rule",
  "inbound-connector": "Inbound connector",
  "outbound-connector": "Outbound connector",
  "oauth-grant": "OAuth grant",
  "service-principal": "Service principal",
  "app-registration": "App registration",
  device: "Device registration",
  "mfa-method": "MFA method",
  "role-assignment": "Role assignment",
  "internal-phish": "Phish sent internally",
  "mailbox-phish": "Phish in a mailbox",
};

export const SEVERITY_WORDS: Record<Severity, string> = {
  low: "low",
  medium: "medium",
  high: "high",
  critical: "critical",
};

export const NETWORK_WORDS: Record<NetworkKind, string> = {
  isp: "Business or home line",
  mobile: "Mobile carrier",
  hosting: "Datacenter",
  vpn: "VPN",
  proxy: "Proxy",
  "residential-proxy": "Residential proxy",
  tor: "Tor",
  microsoft: "Microsoft",
  private: "Private address",
  unknown: "Not known",
};

export const CATEGORY_WORDS: Record<EventCategory | "petra", string> = {
  login: "Login",
  exchange: "Exchange",
  email: "Email",
  sharepoint: "SharePoint",
  teams: "Teams",
  directory: "Directory",
  other: "Other",
  petra: "Petra",
};

/** 0..1 to a word; the number stands beside it on hover. */
export function confidenceWord(confidence: number): string {
  if (confidence >= 0.9) return "very high";
  if (confidence >= 0.75) return "high";
  if (confidence >= 0.5) return "medium";
  return "low";
}

export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case "member":
      return actor.name;
    case "analyst":
      return `${actor.name}, Petra`;
    case "response":
      return "Petra Response";
    case "system":
      return "Petra";
  }
}

export const count = (n: number): string => n.toLocaleString("en-GB");
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

const SOURCE_WORDS: Record<string, string> = {
  "Audit.AzureActiveDirectory": "Entra",
  "Audit.Exchange": "Exchange",
  "Audit.SharePoint": "SharePoint",
  "Audit.General": "Teams and others",
  "audit-search": "Audit log search",
  "directory-audits": "Directory",
  "sign-ins": "Sign-ins",
  "sign-ins-non-interactive": "Background sign-ins",
  "message-trace": "Message trace",
  directory: "Accounts",
  inventory: "Live settings",
};
/** A source by its name for people; one without such a name keeps its own. */
export const sourceWord = (source: string): string => SOURCE_WORDS[source] ?? source;
