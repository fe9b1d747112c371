import { sha256 } from "#domain/event/sha256.ts";
import { canonicalJson } from "./canonical.ts";
import {
  actorHash,
  bodyHash,
  type Checkpoint,
  chainFault,
  checkpointText,
  entryHash,
  type Link,
  type Tombstone,
  tombstoneText,
} from "./chain.ts";
import {
  type AuditLine,
  evidenceDigest,
  type GoneLine,
  isEvidence,
  type Line,
  type LinksLine,
  type RecordLine,
  type SealBody,
} from "./file.ts";
import type { Fault, VerifySignature } from "./verify.ts";

type AuditBody = { seq: number; action: string; object: string | null; detail: Record<string, unknown> };

/** Members of the action ledger that its image in the audit repeats. */
export const LEDGER_MEMBERS = [
  "kind",
  "step",
  "targetId",
  "target",
  "state",
  "before",
  "after",
  "requestIds",
  "commandId",
  "planVersion",
  "policyVersion",
  "error",
  "undoneBy",
] as const;

function checkRecords(lines: readonly Line[]): Fault[] {
  return lines.flatMap(({ n, type, body }) => {
    if (type !== "record") return [];
    const record = body as unknown as RecordLine;
    if (record.raw !== null && sha256(record.raw) !== record.rawHash)
      return [{ line: n, what: `record ${record.recordId} does not have the hash it claims` }];
    return record.isAsIngested
      ? []
      : [{ line: n, what: `record ${record.recordId} was not the one that had been read in when this was exported` }];
  });
}

/** The whole run of links that a file shows: its own rows in full, the others as hashes. */
function linksOf(lines: readonly Line[]): Link[] {
  const links: Link[] = [];
  for (const { type, body } of lines) {
    if (type === "audit") {
      const { position, recordedAt, entryHash: entry, previousHash, hash } = body as unknown as AuditLine;
      links.push({ position, recordedAt, entryHash: entry, previousHash, hash });
    }
    if (type !== "links") continue;
    let { from: position, previousHash } = body as unknown as LinksLine;
    for (const [recordedAt = "", entry = "", hash = ""] of (body as unknown as LinksLine).links) {
      links.push({ position, recordedAt, entryHash: entry, previousHash, hash });
      previousHash = hash;
      position += 1;
    }
  }
  return links;
}

function checkRows(lines: readonly Line[]): Fault[] {
  return lines.flatMap(({ n, type, body }) => {
    if (type !== "audit") return [];
    const row = body as unknown as AuditLine;
    const isActor = row.actor === undefined || actorHash(row.actorSalt ?? "", row.actor) === row.actorHash;
    const isRow = entryHash(row.actorHash, bodyHash(row.bodySalt, row.body)) === row.entryHash;
    return isActor && isRow
      ? []
      : [{ line: n, what: `position ${row.position} of the audit was changed after it had been written` }];
  });
}

const readBody = (line: Line): AuditBody => JSON.parse((line.body as unknown as AuditLine).body) as AuditBody;

/** Tombstones that are signed by the file's key and fit the links; the others are faults. */
function readTombstones(
  lines: readonly Line[],
  of: { orgId: string; seal: SealBody; hashAt: ReadonlyMap<number, string>; verifySignature: VerifySignature },
): { tombstones: Tombstone[]; faults: Fault[]; notes: string[] } {
  const tombstones: Tombstone[] = [];
  const faults: Fault[] = [];
  const notes: string[] = [];
  for (const { n, type, body } of lines) {
    if (type !== "tombstone") continue;
    const stone = body as unknown as Tombstone;
    const rows = `the rows ${stone.from} to ${stone.to} of the audit`;
    const hash = of.hashAt.get(stone.to);
    if (stone.keyId !== of.seal.keyId)
      notes.push(`That retention dropped ${rows} was signed by another key, ${stone.keyId}.`);
    else if (stone.orgId !== of.orgId || !of.verifySignature(of.seal.publicKey, tombstoneText(stone), stone.signature))
      faults.push({ line: n, what: `that retention dropped ${rows} is not signed by the key of the file` });
    else if (hash !== undefined && hash !== stone.hash)
      faults.push({ line: n, what: `the audit was rebuilt: ${rows} are not those that retention dropped` });
    else {
      tombstones.push(stone);
      notes.push(`Retention dropped ${rows} on ${stone.at}: all older than ${stone.before}. Their links still hold.`);
    }
  }
  return { tombstones, faults, notes };
}

/** Each action must be what the newest image of it says that stood in the audit at the moment it was read. */
function checkActions(lines: readonly Line[], tombstones: readonly Tombstone[]): Fault[] {
  const images = new Map<number, AuditBody>();
  for (const line of lines) {
    if (line.type !== "audit") continue;
    const body = readBody(line);
    if (body.action.startsWith("ledger.")) images.set(body.seq, body);
  }
  return lines.flatMap(({ n, type, body }) => {
    if (type !== "action" || (body.state === "planned" && body.auditSeq === null)) return [];
    // Its images were dropped with the rows of its time.
    if (body.auditSeq === null && tombstones.some((stone) => String(body.plannedAt) < stone.before)) return [];
    const image = images.get(Number(body.auditSeq));
    const isSame =
      image?.object === body.id &&
      LEDGER_MEMBERS.every((name) => canonicalJson(image?.detail[name] ?? null) === canonicalJson(body[name] ?? null));
    return isSame ? [] : [{ line: n, what: `action ${String(body.id)} is not what the audit holds about it` }];
  });
}

function checkExportRow(lines: readonly Line[], seal: SealBody): Fault[] {
  const header = lines[0]?.body ?? {};
  const digest = evidenceDigest(seal.lines.filter((_, i) => isEvidence(lines[i]?.type ?? "seal")));
  const row = lines.find((line) => {
    if (line.type !== "audit") return false;
    const { action, object } = readBody(line);
    return action === "evidence.export" && object === header.exportId;
  });
  if (!row) return [{ line: null, what: "the audit in the file does not hold the row of this export" }];
  return readBody(row).detail.digest === digest
    ? []
    : [{ line: row.n, what: "the evidence is not the one that the audit says was exported" }];
}

/** Checks what the lines say, once their bytes are known to be whole. */
export function checkContent(
  lines: readonly Line[],
  seal: SealBody,
  verifySignature: VerifySignature,
  head?: { position: number; hash: string },
): { faults: Fault[]; notes: string[] } {
  const orgId = String(lines[0]?.body.orgId);
  const links = linksOf(lines);
  const faults: Fault[] = [...checkRecords(lines), ...checkRows(lines)];
  const notes: string[] = [];
  for (const { n, type, body } of lines)
    for (const position of type === "gone" ? (body as unknown as GoneLine).positions : [])
      faults.push({ line: n, what: `the row at position ${position} of the audit was taken out of the database` });
  const broken = chainFault(orgId, links);
  if (broken) faults.push({ line: null, what: broken.what });
  const hashAt = new Map(links.map((link) => [link.position, link.hash]));
  const checkpoints = lines.filter((line) => line.type === "checkpoint");
  for (const { n, body } of checkpoints) {
    const point = body as unknown as Checkpoint;
    if (point.keyId !== seal.keyId)
      notes.push(`The head at ${point.position} was signed by another key, ${point.keyId}.`);
    else if (point.orgId !== orgId || !verifySignature(seal.publicKey, checkpointText(point), point.signature))
      faults.push({ line: n, what: `the signed head at position ${point.position} is not by the key of the file` });
    if (hashAt.get(point.position) !== point.hash)
      faults.push({ line: n, what: `the audit was rebuilt: the head signed at position ${point.position} is another` });
  }
  const last = links.at(-1)?.position;
  if (!checkpoints.some(({ body }) => body.position === last))
    faults.push({ line: null, what: "the end of the audit part is not a signed head" });
  if (head && hashAt.has(head.position) && hashAt.get(head.position) !== head.hash)
    faults.push({ line: null, what: `the audit was rebuilt: position ${head.position} is not the head you hold` });
  if (head && !hashAt.has(head.position))
    notes.push(`The head you gave (position ${head.position}) lies outside of the part in this file: not compared.`);
  const retired = readTombstones(lines, { orgId, seal, hashAt, verifySignature });
  faults.push(...retired.faults);
  notes.push(...retired.notes);
  faults.push(...checkActions(lines, retired.tombstones), ...checkExportRow(lines, seal));
  return { faults, notes };
}
