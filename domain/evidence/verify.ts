import { sha256 } from "#domain/event/sha256.ts";
import { canonicalJson } from "./canonical.ts";
import { checkContent } from "./content.ts";
import { EVIDENCE_FORMAT, keyIdOf, LINE_TYPES, type Line, type SealBody, sealText } from "./file.ts";

export type Fault = {
  /** Line of the file, from 1; null when it concerns the whole. */
  line: number | null;
  what: string;
};
/** What the reader already knows from elsewhere; without it a file rewritten as a whole and signed anew looks whole. */
export type Known = { keyId?: string; head?: { position: number; hash: string } };
export type Verdict = { faults: Fault[]; notes: string[]; lines: Line[]; seal: SealBody | undefined };
/** Is `signature` (hex) one of `text` by the Ed25519 key `publicKey` (hex)? */
export type VerifySignature = (publicKey: string, text: string, signature: string) => boolean;

const HEX64 = /^[0-9a-f]{64}$/;
const NEWLINE = 10;

type Read = { text: string; hash: string; line: Line | undefined };

/** Bytes to lines; a line that is no UTF-8 has no text and hashes as nothing known. */
function readLines(bytes: Uint8Array): { lines: Read[]; endsWhole: boolean } {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const lines: Read[] = [];
  let from = 0;
  for (let i = 0; i <= bytes.length; i++) {
    if (i < bytes.length ? bytes[i] !== NEWLINE : from === i) continue;
    lines.push(readLine(decoder, bytes.subarray(from, i)));
    from = i + 1;
  }
  return { lines, endsWhole: bytes.at(-1) === NEWLINE };
}

function readLine(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): Read {
  try {
    const text = decoder.decode(bytes);
    return { text, hash: sha256(text), line: parseLine(text) };
  } catch {
    return { text: "", hash: "", line: undefined };
  }
}

function parseLine(text: string): Line | undefined {
  try {
    const value = JSON.parse(text) as Partial<Line> | null;
    if (!value || typeof value.body !== "object" || value.body === null) return undefined;
    return LINE_TYPES.includes(value.type as Line["type"]) && canonicalJson(value) === text
      ? (value as Line)
      : undefined;
  } catch {
    return undefined;
  }
}

function sealOf(read: Read | undefined): SealBody | undefined {
  if (read?.line?.type !== "seal") return undefined;
  const { lines, keyId, publicKey, signature } = read.line.body as Partial<SealBody>;
  const isWhole =
    Array.isArray(lines) &&
    lines.every((hash) => typeof hash === "string" && HEX64.test(hash)) &&
    typeof publicKey === "string" &&
    HEX64.test(publicKey) &&
    typeof signature === "string" &&
    /^[0-9a-f]{128}$/.test(signature) &&
    typeof keyId === "string";
  return isWhole ? { lines, keyId, publicKey, signature } : undefined;
}

const nameOf = (line: Line | undefined): string => {
  const body = line?.body ?? {};
  const name = body.recordId ?? body.position ?? body.id ?? body.key;
  return line ? ` (${line.type}${typeof name === "string" || typeof name === "number" ? ` ${name}` : ""})` : "";
};

/** Which lines are not those the seal names: changed, removed, added, moved. */
function compareLines(reads: readonly Read[], expected: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  const placeOf = new Map(expected.map((hash, i) => [hash, i + 1]));
  const present = new Set(reads.map((read) => read.hash));
  const missing = new Set(expected.flatMap((hash, i) => (present.has(hash) ? [] : [i + 1])));
  let furthest = 0;
  const seen = new Set<string>();
  for (const [i, read] of reads.entries()) {
    const line = i + 1;
    const place = placeOf.get(read.hash);
    if (place === undefined) {
      const isChanged = missing.delete(line);
      faults.push({ line, what: `line ${line}${nameOf(read.line)} was ${isChanged ? "changed" : "added or changed"}` });
    } else if (seen.has(read.hash)) faults.push({ line, what: `line ${line} repeats line ${place}` });
    else if (place < furthest) faults.push({ line, what: `line ${line}${nameOf(read.line)} belongs at line ${place}` });
    furthest = Math.max(furthest, place ?? 0);
    seen.add(read.hash);
  }
  for (const line of missing) faults.push({ line, what: `line ${line} was removed or changed` });
  return faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/**
 * Checks an evidence file by itself: no database, no network. First that every byte is the one that was sealed, then that
 * the content holds together: records and their hashes, actions and the audit, the audit's chain and its signed heads.
 */
export function verifyEvidence(bytes: Uint8Array, verifySignature: VerifySignature, known: Known = {}): Verdict {
  const { lines: reads, endsWhole } = readLines(bytes);
  const seal = sealOf(reads.at(-1));
  const faults: Fault[] = [];
  if (!endsWhole)
    faults.push({ line: reads.length || null, what: "the file does not end with its last line: it was cut" });
  if (!seal) {
    const what = "the last line is not a whole seal: the file was cut, or its end was changed";
    const broken = reads
      .slice(0, -1)
      .flatMap(({ line }, i) => (line ? [] : [{ line: i + 1, what: `line ${i + 1} cannot be read` }]));
    return {
      faults: [...faults, ...broken, { line: reads.length || null, what }],
      notes: [],
      lines: [],
      seal: undefined,
    };
  }
  if (!verifySignature(seal.publicKey, sealText(seal), seal.signature) || keyIdOf(seal.publicKey) !== seal.keyId)
    faults.push({ line: reads.length, what: "the seal's signature is not one by the key it names" });
  faults.push(...compareLines(reads.slice(0, -1), seal.lines));
  const lines = reads.flatMap(({ line }) => (line ? [line] : []));
  for (const [i, { line }] of reads.entries())
    if (line?.n !== i + 1) faults.push({ line: i + 1, what: `line ${i + 1} is not numbered as it stands` });
  if (lines[0]?.type !== "header" || lines[0].body.format !== EVIDENCE_FORMAT)
    faults.push({ line: 1, what: `this is not a file of the format ${EVIDENCE_FORMAT}` });
  const notes: string[] = [];
  if (known.keyId === undefined)
    notes.push(`Signed by the key ${seal.keyId}. Compare it with the key your installation names, or give --key.`);
  else if (known.keyId !== seal.keyId)
    faults.push({ line: reads.length, what: `signed by the key ${seal.keyId}, not by ${known.keyId}` });
  if (faults.length === 0) {
    const content = checkContent(lines, seal, verifySignature, known.head);
    faults.push(...content.faults);
    notes.push(...content.notes);
  }
  return { faults, notes, lines, seal };
}
