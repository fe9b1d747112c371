import type { NetworkKind } from "#domain/event/event.ts";
import type { RowVerdict, Severity } from "#domain/incident/analysis.ts";
import type { AttackOrigin, FailedAttackKind } from "#domain/incident/failed-attack.ts";
import type { UncommonType } from "#domain/incident/uncommon.ts";
import type { EventRow } from "./portal.ts";

/** What detection shows in the portal. Times are ISO 8601 UTC; text from logs is raw (the portal shows it through show()). */
export type Period = { from: string; to: string; days: number };

export type DetectionRow = {
  id: string;
  title: string;
  severity: Severity;
  stage: "access" | "act" | "foothold";
  /** Null where the title says it all. */
  looksFor: string | null;
  attack: { tactic: string; technique: string }[];
  sources: { id: string; label: string; licence: string }[];
  /** The least licence with which it sees anything, and what more licence adds. */
  licence: string;
  needs: string[];
  knownGaps: string[];
  falsePositives: string[];
  runbook: string[];
  /** Within the period and what the viewer may see. */
  fired: {
    signals: number;
    incidents: number;
    /** Of these incidents, dismissed as no compromise, and closed as remediated. */
    dismissed: number;
    remediated: number;
    uncommon: number;
    lastAt: string | null;
  };
  /** From docs/detection-quality.md; null = not measured. */
  quality: { precision: string; interval: string | null; basis: string } | null;
};

/** A detection of the operator's own: a Sigma rule, or a folder with code. */
export type OwnDetection = {
  id: string;
  title: string;
  severity: Severity;
  kind: "sigma" | "code";
  file: string;
  techniques: string[];
  /** False: a signal, which raises an incident together with others alone. */
  decides: boolean;
};
/** What the worker found in the folder of own detections when it started. */
export type OwnDetections = { loaded: OwnDetection[]; refused: { file: string; title: string; reason: string }[] };

export type DetectionCatalogView = {
  tenant: { id: string; name: string } | null;
  /** How many tenants the counts span. */
  tenants: number;
  period: Period;
  detections: DetectionRow[];
  /** Null when no measurement is published with this version. */
  qualityMeasured: string | null;
  /** Sources that the chosen tenant cannot give, with the reason. */
  unseen: { source: string; reason: string }[];
  /** Null where there is none, or the viewer is a guest. */
  own: {
    readAt: string;
    loaded: (OwnDetection & { fired: DetectionRow["fired"] })[];
    refused: OwnDetections["refused"];
  } | null;
};

export type UncommonRow = {
  /** Stable: it stays good in a link while the entry exists. */
  id: string;
  type: UncommonType;
  label: string;
  /** Title of the detection that noticed it; null where it is about a place alone. */
  detection: string | null;
  upn: string;
  displayName: string | null;
  at: string;
  lastAt: string;
  why: string;
  innocent: string[];
  country: string | null;
  networkKind: NetworkKind | null;
  network: string | null;
  records: number;
};

export type UncommonPage = {
  period: Period;
  types: { type: UncommonType; label: string; count: number }[];
  rows: UncommonRow[];
  total: number;
  nextPage: number | null;
  coverage: string[];
};

export type UncommonEntry = UncommonRow & {
  tenant: { id: string; name: string };
  account: { id: string; upn: string; displayName: string | null; jobTitle: string | null } | null;
  recordIds: string[];
  /** The records it cites, and how many of them can no longer be found. */
  events: EventRow[];
  missing: number;
};

export type FailedAttackRow = {
  id: string;
  kind: FailedAttackKind;
  from: string;
  to: string;
  attempts: number;
  accounts: number;
  firstAccounts: string[];
  countries: string[];
  origins: AttackOrigin[];
  tools: string[];
};

export type FailedAttacksView = {
  tenant: { id: string; name: string };
  period: Period;
  attempts: number;
  attacks: number;
  byKind: { kind: FailedAttackKind; attacks: number; attempts: number; accounts: number }[];
  /** Tries by the country of the address; null = not known. */
  byCountry: { country: string | null; attempts: number; addresses: number }[];
  byDay: { day: string; attempts: number }[];
  tools: { name: string; attempts: number }[];
  /** Accounts tried most often, with what would help. */
  targeted: {
    upn: string;
    displayName: string | null;
    attempts: number;
    attacks: number;
    kinds: FailedAttackKind[];
    countries: string[];
    advice: string;
    /** An open incident of the account. */
    incidentId: string | null;
  }[];
  rows: FailedAttackRow[];
  nextPage: number | null;
  coverage: string[];
};

export type ImpactMail = {
  key: string;
  subject: string | null;
  operations: string[];
  folder: string | null;
  from: string | null;
  to: string[];
  hasAttachments: boolean;
  lastAt: string;
  recordIds: string[];
  isSent: boolean;
};

export type ImpactFile = {
  key: string;
  name: string;
  path: string | null;
  operations: string[];
  lastAt: string;
  recordIds: string[];
};

export type ImpactView = {
  counts: { accessed: number; sent: number; modified: number; deleted: number; files: number };
  mails: ImpactMail[];
  files: ImpactFile[];
  /** Who received mail the attacker sent. */
  recipients: { address: string; isInternal: boolean; mails: number; subjects: string[]; state: string | null }[];
  /** How many rows of the account are marked how. */
  marked: Record<RowVerdict, number>;
  /** How complete the list is, a sentence each; empty never means complete. */
  completeness: { text: string; isGap: boolean }[];
};
