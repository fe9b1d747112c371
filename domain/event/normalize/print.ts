import { clean } from "./raw.ts";

const MAX_RECORD_CHARS = 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_KEYS = 2000;
const MAX_NODES = 200_000;
/** Longer text is cut by `clean`. */
const MAX_PLAIN = 32 * 1024;

/** The keys of an object as it has them → in the order of the print, each name with what stands around it. */
type Shape = { keys: string[]; order: number[]; names: Uint8Array[] };

/** Records of one kind have the same keys in the same order: what was sorted once is not sorted again. */
const shapes = new Map<string, Shape[]>();
const MAX_FIRST_KEYS = 500;
const SHAPES_EACH = 8;

const encoder = new TextEncoder();
const KEPT_BYTES = 1 << 20;
let bytes = new Uint8Array(1 << 14);
let end = 0;
let keysLeft = 0;
let nodesLeft = 0;
let charsLeft = 0;

class Fault extends Error {}

/**
 * One spelling of a record, for hashing, as UTF-8: keys sorted at every level, text cleaned, no spaces. Or why the record
 * may not be walked: too deep, too many keys, too much text. The bytes hold until the next call.
 */
export function printOf(record: unknown): { bytes: Uint8Array } | { fault: string } {
  end = 0;
  keysLeft = MAX_KEYS;
  nodesLeft = MAX_NODES;
  charsLeft = MAX_RECORD_CHARS;
  if (bytes.length > KEPT_BYTES) bytes = new Uint8Array(1 << 14);
  try {
    print(record, 1);
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    throw error;
  }
  return { bytes: bytes.subarray(0, end) };
}

function print(value: unknown, depth: number): void {
  if (--nodesLeft < 0) throw new Fault(`record holds more than ${MAX_NODES} values`);
  if (typeof value === "string") {
    takeChars(value.length);
    if (value.length > MAX_PLAIN) printAny(JSON.stringify(clean(value)));
    else printText(value);
  } else if (typeof value !== "object") {
    printPlain(typeof value === "number" && Number.isFinite(value) ? `${value}` : (JSON.stringify(value) ?? "null"));
  } else if (value === null) {
    printPlain("null");
  } else {
    if (depth > MAX_DEPTH) throw new Fault(`record is nested deeper than ${MAX_DEPTH}`);
    if (Array.isArray(value)) printList(value, depth);
    else printObject(value as Record<string, unknown>, depth);
  }
}

function takeChars(count: number): void {
  charsLeft -= count;
  if (charsLeft < 0) throw new Fault(`record holds more than ${MAX_RECORD_CHARS} characters`);
}

function printList(list: readonly unknown[], depth: number): void {
  ensure(2);
  bytes[end++] = 0x5b;
  for (let i = 0; i < list.length; i++) {
    if (i > 0) {
      ensure(2);
      bytes[end++] = 0x2c;
    }
    print(list[i], depth + 1);
  }
  ensure(1);
  bytes[end++] = 0x5d;
}

function printObject(value: Record<string, unknown>, depth: number): void {
  const keys = Object.keys(value);
  keysLeft -= keys.length;
  if (keysLeft < 0) throw new Fault(`record has more than ${MAX_KEYS} keys`);
  if (keys.length === 0) {
    printPlain("{}");
    return;
  }
  const { order, names } = shapeOf(keys);
  for (let i = 0; i < order.length; i++) {
    const key = keys[order[i]!]!;
    const name = names[i]!;
    takeChars(key.length);
    ensure(name.length);
    const into = bytes;
    let at = end;
    for (let n = 0; n < name.length; n++) into[at++] = name[n]!;
    end = at;
    print(value[key], depth + 1);
  }
  ensure(1);
  bytes[end++] = 0x7d;
}

function shapeOf(keys: string[]): Shape {
  const known = shapes.get(keys[0]!);
  if (known) for (const shape of known) if (isSame(shape.keys, keys)) return shape;
  const order = keys.map((_, i) => i).sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  const names = order.map((at, i) => encoder.encode(`${i > 0 ? "," : "{"}${JSON.stringify(keys[at])}:`));
  const shape = { keys, order, names };
  // What strangers send must not fill the memory.
  const isShort = keys.every((key) => key.length <= 64) && keys.length <= 200;
  if (known) {
    if (isShort && known.length < SHAPES_EACH) known.push(shape);
  } else if (isShort && shapes.size < MAX_FIRST_KEYS) shapes.set(keys[0]!, [shape]);
  return shape;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Text between quotes. What JSON escapes, `clean` replaces or is no ASCII goes the long way. */
function printText(text: string): void {
  const { length } = text;
  const begin = end;
  ensure(length + 2);
  const into = bytes;
  let at = begin;
  into[at++] = 0x22;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) {
      printAny(JSON.stringify(clean(text)));
      return;
    }
    into[at++] = code;
  }
  into[at++] = 0x22;
  end = at;
}

function printAny(text: string): void {
  ensure(text.length * 3);
  end += encoder.encodeInto(text, bytes.subarray(end)).written;
}

function printPlain(text: string): void {
  ensure(text.length);
  for (let i = 0; i < text.length; i++) bytes[end++] = text.charCodeAt(i);
}

function ensure(count: number): void {
  if (end + count <= bytes.length) return;
  const longer = new Uint8Array(Math.max(bytes.length * 2, end + count));
  longer.set(bytes.subarray(0, end));
  bytes = longer;
}
