import { ipv6Groups, parseAddress } from "#domain/event/address.ts";
import { quoted, refuse } from "./refused.ts";
import { compileRegex } from "./regex.ts";
import type { FieldMatch } from "./rule.ts";
import { isPlain, longestText, matcherOf, type Piece, piecesOf, textOf } from "./wildcard.ts";

/** One value of a rule, ready to be held against a record's. */
export type ValueTest = {
  /** `lower` is `text` in lower case, made once per record and field. */
  holds: (text: string, lower: string) => boolean;
  /** Holds a recorded null, or a field that is not there. */
  isNull?: true;
  /** Lower case; it holds exactly for this text. */
  exact?: string;
  /** Lower case; it cannot hold without this inside. */
  needle?: string;
};

const MAX_VALUE = 1_000;
const COMPARISONS = new Set(["contains", "startswith", "endswith", "re", "cidr", "lt", "lte", "gt", "gte"]);
const ENCODINGS = new Set(["base64", "base64offset", "wide", "utf16le", "windash"]);
const NOT_TAKEN: Record<string, string> = {
  expand: "needs the values behind its placeholders, which only its author's site knows",
  utf16: "is not supported; wide is",
  utf16be: "is not supported; wide is",
  neq: "is not supported; not in the condition is",
};

export type Modifiers = {
  all: boolean;
  exists: boolean;
  fieldref: boolean;
  cased: boolean;
  compare: string | undefined;
  encodings: string[];
  regex: { ignoreCase: boolean; multiline: boolean; dotAll: boolean };
};

/** Reads what stands behind a field's name; refuses with the reason what is not known or makes no sense together. */
export function modifiersOf(names: readonly string[]): Modifiers {
  const out: Modifiers = {
    all: false,
    exists: false,
    fieldref: false,
    cased: false,
    compare: undefined,
    encodings: [],
    regex: { ignoreCase: false, multiline: false, dotAll: false },
  };
  for (const name of names) {
    if (name === "all") out.all = true;
    else if (name === "exists") out.exists = true;
    else if (name === "fieldref") out.fieldref = true;
    else if (name === "cased") out.cased = true;
    else if (out.compare === "re" && (name === "i" || name === "m" || name === "s")) {
      if (name === "i") out.regex.ignoreCase = true;
      else if (name === "m") out.regex.multiline = true;
      else out.regex.dotAll = true;
    } else if (COMPARISONS.has(name)) {
      if (out.compare) refuse(`The modifiers ${out.compare} and ${name} do not go together.`);
      out.compare = name;
    } else if (ENCODINGS.has(name)) out.encodings.push(name);
    else refuse(`The modifier ${quoted(name)} ${NOT_TAKEN[name] ?? "is not known"}.`);
  }
  if (out.exists && names.length > 1) refuse("The modifier exists stands alone.");
  if (out.fieldref && out.encodings.length > 0) refuse("The modifier fieldref goes with no encoding.");
  if (out.fieldref && out.compare && !["contains", "startswith", "endswith"].includes(out.compare))
    refuse(`The modifiers fieldref and ${out.compare} do not go together.`);
  return out;
}

/** The tests of one value; encodings may make several of it. */
export function testsOf(value: FieldMatch["values"][number], how: Modifiers): ValueTest[] {
  if (value === null) {
    if (how.compare || how.encodings.length > 0) refuse("null goes with no modifier.");
    return [{ holds: () => false, isNull: true }];
  }
  const text = String(value);
  if (text.length > MAX_VALUE) refuse(`A value is longer than ${MAX_VALUE} characters.`);
  if (/^%[^%\s]{1,80}%$/.test(text)) refuse(`The placeholder ${quoted(text)} has no values here.`);
  if (how.compare === "re") {
    if (how.encodings.length > 0) refuse("An expression goes with no encoding.");
    const matches = compileRegex(text, how.regex);
    return [{ holds: (recorded) => matches(recorded) }];
  }
  if (how.compare === "cidr") return [cidr(text)];
  if (how.compare && /^[lg]te?$/.test(how.compare)) return [number(text, how.compare)];
  const variants = encoded(text, how);
  return variants.map((pieces) => textTest(pieces, how));
}

function textTest(pieces: Piece[], how: Modifiers): ValueTest {
  const { compare, cased } = how;
  const all: Piece[] = [...pieces];
  if ((compare === "contains" || compare === "endswith") && all[0] !== "*") all.unshift("*");
  if ((compare === "contains" || compare === "startswith") && all.at(-1) !== "*") all.push("*");
  const folded = cased ? all : all.map((p): Piece => (typeof p === "object" ? { text: p.text.toLowerCase() } : p));
  const needle = longestText(all).toLowerCase();
  const told = needle === "" ? {} : { needle };
  const pick = (text: string, lower: string): string => (cased ? text : lower);
  if (isPlain(folded)) {
    const wanted = textOf(folded);
    return cased
      ? { holds: (text) => text === wanted, ...told }
      : { holds: (_, lower) => lower === wanted, exact: wanted, ...told };
  }
  const plain = folded.filter((piece) => typeof piece === "object");
  const stars = folded.filter((piece) => piece === "*").length;
  if (plain.length === 1 && plain.length + stars === folded.length) {
    const wanted = textOf(plain);
    const front = folded[0] === "*";
    const back = folded.at(-1) === "*";
    if (front && back) return { holds: (text, lower) => pick(text, lower).includes(wanted), ...told };
    if (back) return { holds: (text, lower) => pick(text, lower).startsWith(wanted), ...told };
    return { holds: (text, lower) => pick(text, lower).endsWith(wanted), ...told };
  }
  const matches = matcherOf(folded);
  return { holds: (text, lower) => matches(pick(text, lower)), ...told };
}

/** A value as plain text and wildcards, once for each way its encodings may show it. */
function encoded(value: string, how: Modifiers): Piece[][] {
  if (how.encodings.length === 0) return [piecesOf(value)];
  let variants = [value];
  for (const encoding of how.encodings) {
    if (encoding === "windash") variants = variants.flatMap(dashes);
    else if (encoding === "base64") variants = variants.map((text) => btoa(bytes(text)));
    else if (encoding === "base64offset") variants = variants.flatMap(offsets);
    else variants = variants.map((text) => [...bytes(text)].map((char) => `${char}\0`).join(""));
  }
  const isEncoded = how.encodings.some((name) => name !== "windash");
  return [...new Set(variants)].map((text) => (isEncoded ? [{ text }] : piecesOf(text)));
}

const bytes = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");

/** `-a` is also written `/a` and with the other dashes. */
function dashes(text: string): string[] {
  const at = /(^|\s)[-/](?=\w)/g;
  return ["-", "/", "–", "—", "―"].map((dash) => text.replace(at, (_, before: string) => `${before}${dash}`));
}

/** What a text looks like inside a longer one in base64, at each of its three places. */
function offsets(text: string): string[] {
  const raw = bytes(text);
  return [0, 1, 2].map((shift) => {
    const whole = btoa(`${" ".repeat(shift)}${raw}`);
    const start = [0, 2, 3][shift]!;
    const over = (shift + raw.length) % 3;
    const end = over === 0 ? whole.length : whole.length - [0, 3, 2][over]!;
    return whole.slice(start, end);
  });
}

function bitsOf(address: string): bigint[] | undefined {
  const groups = address.includes(":")
    ? ipv6Groups(address)
    : address.split(".").flatMap((part, i, all) => (i % 2 ? [Number(all[i - 1]) * 256 + Number(part)] : []));
  return groups?.map(BigInt);
}

function cidr(text: string): ValueTest {
  const [host = "", length = "", ...rest] = text.split("/");
  const address = parseAddress(host)?.ip;
  const isV6 = host.includes(":");
  const size = Number(length);
  if (!address || rest.length > 0 || !/^\d{1,3}$/.test(length) || size > (isV6 ? 128 : 32))
    refuse(`${quoted(text)} is no network.`);
  const toNumber = (groups: bigint[]): bigint => groups.reduce((sum, group) => (sum << 16n) | group, 0n);
  const shift = BigInt((isV6 ? 128 : 32) - size);
  const network = toNumber(bitsOf(address) ?? []) >> shift;
  return {
    holds: (recorded) => {
      const ip = parseAddress(recorded)?.ip;
      const groups = ip && ip.includes(":") === address.includes(":") ? bitsOf(ip) : undefined;
      return groups !== undefined && toNumber(groups) >> shift === network;
    },
  };
}

function number(text: string, compare: string): ValueTest {
  const than = Number(text);
  if (text.trim() === "" || !Number.isFinite(than)) refuse(`${quoted(text)} is no number.`);
  return {
    holds: (recorded) => {
      const value = Number(recorded);
      if (recorded.trim() === "" || !Number.isFinite(value)) return false;
      if (compare === "lt") return value < than;
      if (compare === "lte") return value <= than;
      return compare === "gt" ? value > than : value >= than;
    },
  };
}
