import { quoted, refuse } from "./refused.ts";

/** What must hold: names of selections joined by and, or, not, and counts over names. */
export type Condition =
  | { op: "and" | "or"; of: Condition[] }
  | { op: "not"; of: Condition }
  | { op: "name"; name: string }
  | { op: "some" | "every"; pattern: string };

/** `count(field) by group > 5` of the old kind of rule. */
export type Aggregation = { field: string | undefined; by: string[]; compare: Compare; than: number };
export type Compare = ">" | ">=" | "<" | "<=" | "=";

const MAX_CHARS = 2_000;
const MAX_TOKENS = 200;
const MAX_DEPTH = 24;
const TOKEN = /\s*(\(|\)|[^\s()]+)/y;

/** Reads a condition; refuses with the reason what it cannot. */
export function parseCondition(text: string): { condition: Condition; aggregation: Aggregation | undefined } {
  if (text.length > MAX_CHARS) refuse(`The condition is longer than ${MAX_CHARS} characters.`);
  const [search = "", ...rest] = text.split("|");
  if (rest.length > 1) refuse("The condition has more than one aggregation.");
  const parser = new Parser(tokensOf(search));
  const condition = parser.or(1);
  if (parser.peek() !== undefined) refuse(`The condition does not end where it should, at ${quoted(parser.peek()!)}.`);
  return { condition, aggregation: rest[0] === undefined ? undefined : parseAggregation(rest[0].trim()) };
}

function tokensOf(text: string): string[] {
  const out: string[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (!match) refuse("The condition cannot be read.");
    out.push(match[1]!);
    if (out.length > MAX_TOKENS) refuse(`The condition has more than ${MAX_TOKENS} words.`);
  }
  return out;
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #word(): string | undefined {
    return this.peek()?.toLowerCase();
  }

  #take(): string {
    const token = this.peek();
    if (token === undefined) refuse("The condition ends too early.");
    this.#at += 1;
    return token;
  }

  or(depth: number): Condition {
    if (depth > MAX_DEPTH) refuse(`The condition is nested deeper than ${MAX_DEPTH}.`);
    const of = [this.#and(depth)];
    while (this.#word() === "or") {
      this.#take();
      of.push(this.#and(depth));
    }
    return of.length === 1 ? of[0]! : { op: "or", of };
  }

  #and(depth: number): Condition {
    const of = [this.#not(depth)];
    while (this.#word() === "and") {
      this.#take();
      of.push(this.#not(depth));
    }
    return of.length === 1 ? of[0]! : { op: "and", of };
  }

  #not(depth: number): Condition {
    if (this.#word() !== "not") return this.#one(depth);
    this.#take();
    if (depth >= MAX_DEPTH) refuse(`The condition is nested deeper than ${MAX_DEPTH}.`);
    return { op: "not", of: this.#not(depth + 1) };
  }

  #one(depth: number): Condition {
    const token = this.#take();
    if (token === "(") {
      const inner = this.or(depth + 1);
      if (this.#take() !== ")") refuse("A bracket of the condition is not closed.");
      return inner;
    }
    const word = token.toLowerCase();
    if (this.#word() === "of" && /^(\d+|any|all)$/.test(word)) {
      this.#take();
      if (word !== "1" && word !== "any" && word !== "all") refuse(`"${word} of" is not supported, only 1 and all.`);
      const pattern = this.#take();
      return { op: word === "all" ? "every" : "some", pattern: pattern.toLowerCase() === "them" ? "*" : pattern };
    }
    if (!/^[\w.-]+$/.test(token) || word === "and" || word === "or")
      refuse(`The condition has ${quoted(token)} where a selection's name should stand.`);
    return { op: "name", name: token };
  }
}

const AGGREGATION = /^(\w+)\s*\(\s*([\w.-]*)\s*\)\s*(?:by\s+([\w.,\s-]+?))?\s*(>=|<=|==|=|>|<)\s*(\d{1,6})$/i;

function parseAggregation(text: string): Aggregation {
  if (/^near\b/i.test(text)) refuse('The aggregation "near" is not supported.');
  const match = AGGREGATION.exec(text);
  if (!match) refuse(`The aggregation ${quoted(text)} cannot be read.`);
  if (match[1]!.toLowerCase() !== "count") refuse(`The aggregation ${quoted(match[1]!)} is not supported, only count.`);
  return {
    field: match[2] || undefined,
    by: (match[3] ?? "").split(",").flatMap((name) => name.trim() || []),
    compare: (match[4] === "==" ? "=" : match[4]) as Compare,
    than: Number(match[5]),
  };
}
