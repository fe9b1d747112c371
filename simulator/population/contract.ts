import type { Json } from "../state/types.ts";

export type Licence = "none" | "P1" | "P2";
export type Source = "ual" | "signin" | "directory-audit";

/** One raw record and the moment Microsoft first shows it. */
export interface PopulationRecord {
  source: Source;
  record: Json;
  /** ISO 8601 with milliseconds and Z. */
  availableAt: string;
}

export interface PopulationOptions {
  /** Everything follows from it: the same seed gives the same bytes. */
  seed: string;
  /** Employees over all companies together, at least 30; service accounts and guests come on top. Default 560. */
  people?: number;
  /** At least 21. Default 60. */
  days?: number;
  /** Default 300. */
  attacks?: number;
  /** First day, midnight UTC. Default 2026-05-18, a Monday. */
  startAt?: string;
  /** Share of ordinary records that is written, above 0 up to 1. Attacks and episodes stay whole. Default 1. */
  volume?: number;
}

export interface PopulationPerson {
  objectId: string;
  upn: string;
  displayName: string;
  role: string;
  kind: "employee" | "admin" | "service" | "guest" | "shared-mailbox";
  mfa: boolean;
}

export interface PopulationCompany {
  tenantId: string;
  name: string;
  domain: string;
  country: string;
  licence: Licence;
  people: PopulationPerson[];
}

export interface Account {
  objectId: string;
  upn: string;
}

export interface AttackTruth {
  id: string;
  kind: string;
  tenantId: string;
  /** Accounts that were taken over, the first one first. */
  victims: Account[];
  /** Event time of the attacker's first row that succeeded or was meant to (guesses included). */
  startAt: string;
  /** Event time of the first row that shows an account taken (sign-in, consent, use of a stolen token). */
  takenAt: string;
  /** Event time of the row that reaches what the attacker came for. */
  goalAt: string;
  goalStep: string;
  /** When Microsoft first shows any row of the takeover (from `takenAt` on). It may be later than the goal. */
  firstVisibleAt: string;
  /** How many of his rows Microsoft shows before the goal. */
  rowsVisibleBeforeGoal: number;
  /** The attacker's rows: `Id` of the unified audit log, `id` of Graph. A sign-in has one id in both logs. */
  recordIds: string[];
  /** Acts of the owner under deception (a device code typed in): neither the owner's work nor the attacker's hand. */
  ambiguousIds: string[];
  variation: Record<string, string | number | boolean>;
}

export interface InnocentTruth {
  kind: string;
  tenantId: string;
  accounts: Account[];
  /** The remarkable rows of the episode, all of them the owner's or an administrator's honest work. */
  recordIds: string[];
}

/** Guessing that got nowhere: a failed attack, not an incident. */
export interface FailedAttackTruth {
  id: string;
  kind: string;
  tenantId: string;
  targets: Account[];
  startAt: string;
  recordIds: string[];
}

export interface Population {
  seed: string;
  startAt: string;
  endAt: string;
  companies: PopulationCompany[];
  /** The records of one company in order of `availableAt`, made while they are read; may be read again. */
  records(tenantId: string): Iterable<PopulationRecord>;
  truth: {
    attacks: AttackTruth[];
    /** Every record that no attack and no failed attack names was written by its owner or by a service. */
    innocents: InnocentTruth[];
    failed: FailedAttackTruth[];
  };
}
