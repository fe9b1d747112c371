import { badRequest } from "./errors.ts";

type Value = string | number | boolean | null;
type Node = (item: Record<string, unknown>) => boolean;

const TOKEN = /\s*(?:('(?:[^']|'')*')|([A-Za-z_][\w./-]*(?:'[^']*')?)|(-?\d[\dTZ:.+-]*)|([(),:]))/y;

/** Compiles the part of OData $filter these services accept; throws 400 for anything else. */
export function compileFilter(text: string): Node {
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token.toLowerCase() !== expected)) {
      throw badRequest(`Invalid filter clause: syntax error at position ${at} in '${text}'.`, "BadRequest");
    }
    return token;
  };
  const keyword = (word: string): boolean => peek()?.toLowerCase() === word;

  const either = (): Node => {
    let left = both();
    while (keyword("or")) {
      take();
      const [a, b] = [left, both()];
      left = (item) => a(item) || b(item);
    }
    return left;
  };
  const both = (): Node => {
    let left = single();
    while (keyword("and")) {
      take();
      const [a, b] = [left, single()];
      left = (item) => a(item) && b(item);
    }
    return left;
  };
  const single = (): Node => {
    if (keyword("not")) {
      take();
      const inner = single();
      return (item) => !inner(item);
    }
    if (peek() === "(") {
      take();
      const inner = either();
      take(")");
      return inner;
    }
    const name = take();
    if (peek() === "(") return name.endsWith("/any") ? any(name.slice(0, -4)) : call(name);
    return comparison(name);
  };
  const any = (path: string): Node => {
    take("(");
    const variable = take();
    take(":");
    const inner = either();
    take(")");
    return (item) => {
      const list = read(item, path);
      return Array.isArray(list) && list.some((entry) => inner({ [variable]: entry }));
    };
  };
  const call = (name: string): Node => {
    take("(");
    const path = take();
    take(",");
    const value = String(literal(take())).toLowerCase();
    take(")");
    const test = { startswith: "startsWith", endswith: "endsWith", contains: "includes" }[name.toLowerCase()];
    if (!test) throw badRequest(`Unknown function '${name}'.`, "BadRequest");
    return (item) => {
      const text = String(read(item, path) ?? "").toLowerCase();
      return text[test as "startsWith" | "endsWith" | "includes"](value);
    };
  };
  const comparison = (path: string): Node => {
    const operator = take().toLowerCase();
    if (operator === "in") {
      take("(");
      const values: Value[] = [];
      while (peek() !== ")") {
        values.push(literal(take()));
        if (peek() === ",") take();
      }
      take(")");
      return (item) => values.some((value) => order(read(item, path), value) === 0);
    }
    const value = literal(take());
    const test = COMPARE[operator];
    if (!test) throw badRequest(`Unknown operator '${operator}'.`, "BadRequest");
    return (item) => test(order(read(item, path), value));
  };

  const result = either();
  if (at !== tokens.length) throw badRequest(`Invalid filter clause: '${text}'.`, "BadRequest");
  return result;
}

const COMPARE: Record<string, (order: number | null) => boolean> = {
  eq: (o) => o === 0,
  ne: (o) => o !== 0,
  gt: (o) => o !== null && o > 0,
  ge: (o) => o !== null && o >= 0,
  lt: (o) => o !== null && o < 0,
  le: (o) => o !== null && o <= 0,
};

const DATE = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/;

/** Negative, zero, positive; null when the two cannot be ordered. Strings compare without case, dates as times. */
function order(actual: unknown, wanted: Value): number | null {
  if (actual === undefined || actual === null) return wanted === null ? 0 : null;
  if (wanted === null) return null;
  if (typeof actual === "string" && typeof wanted === "string") {
    if (DATE.test(actual) && DATE.test(wanted)) return Date.parse(actual) - Date.parse(wanted);
    return actual.toLowerCase().localeCompare(wanted.toLowerCase());
  }
  if (typeof actual === "boolean") return actual === wanted ? 0 : null;
  return Number(actual) - Number(wanted);
}

function literal(token: string): Value {
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  if (token === "true" || token === "false") return token === "true";
  if (token === "null") return null;
  if (DATE.test(token)) return token;
  const number = Number(token);
  return Number.isNaN(number) ? token : number;
}

function tokenize(text: string): string[] {
  const out: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw badRequest(`Invalid filter clause: '${text}'.`, "BadRequest");
    out.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? "");
  }
  return out;
}

function read(item: Record<string, unknown>, path: string): unknown {
  return path
    .split("/")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], item);
}
