import { sha256 } from "#domain/event/sha256.ts";
import { canonicalJson } from "./canonical.ts";

/** First line's `format`; another version is another format. */
export const EVIDENCE_FORMAT = "petra-evidence/1";

export const LINE_TYPES = [
  "header",
  "incident",
  "signal",
  "record",
  "step",
  "command",
  "action",
  "audit",
  "links",
  "checkpoint",
  "gone",
  "tombstone",
  "seal",
] as const;
export type LineType = (typeof LINE_TYPES)[number];

/** Lines of these kinds come from the audit and stand behind the evidence itself. */
const AUDIT_TYPES: ReadonlySet<LineType> = new Set<LineType>([
  "audit",
  "links",
  "checkpoint",
  "gone",
  "tombstone",
  "seal",
]);
export const isEvidence = (type: LineType): boolean => !AUDIT_TYPES.has(type);

export type Line = { n: number; type: LineType; body: Record<string, unknown> };

/** One link of the audit with what it takes to check the row; the actor is left out for who may not know him. */
export type AuditLine = {
  position: number;
  recordedAt: string;
  previousHash: string;
  entryHash: string;
  hash: string;
  bodySalt: string;
  body: string;
  actorHash: string;
  actorSalt?: string;
  actor?: string;
};
/** Links of rows about other things, in order: position of the first, then recordedAt, entryHash, hash of each. */
export type LinksLine = { from: number; previousHash: string; links: string[][] };

/** Positions of the whole chain whose row is not in the database any more. */
export type GoneLine = { positions: number[] };

export type RecordLine = {
  recordId: string;
  source: string;
  occurredAt: string;
  availableAt: string | null;
  ingestedAt: string;
  contentHash: string;
  /** The record as Microsoft sent it, letter for letter; null when the page is no longer kept. */
  raw: string | null;
  rawHash: string | null;
  page: { id: number; index: number; receivedAt: string; hash: string } | null;
  /** Asked at the export: does the stored page still have the hash of its arrival, and the record the one of its event? */
  isAsIngested: boolean;
};

export type SealBody = {
  /** SHA-256 of each line before the seal, in order. */
  lines: string[];
  keyId: string;
  /** Ed25519, raw, hex. */
  publicKey: string;
  signature: string;
};

export const writeLine = (line: Line): string => canonicalJson(line);

/** The text the seal's signature stands for. */
export const sealText = (seal: Omit<SealBody, "signature">): string =>
  `petra.evidence.seal.v1\n${canonicalJson({ keyId: seal.keyId, lines: seal.lines, publicKey: seal.publicKey })}`;

/** What the audit row of the export cites: one hash over the hashes of the evidence lines. */
export const evidenceDigest = (lineHashes: readonly string[]): string =>
  sha256(`petra.evidence.v1\n${lineHashes.join("\n")}`);

/** Short name of a public key: the first 16 digits of its hash, for people to compare. */
export const keyIdOf = (publicKey: string): string => sha256(`petra.key.v1\n${publicKey}`).slice(0, 16);
