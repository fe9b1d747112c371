import { quoted, refuse } from "./refused.ts";

/** How much of a value an expression is held against; a record's field is cut at twice this anyway. */
const MAX_TEXT = 16 * 1024;
const MAX_PATTERN = 1_000;
const MAX_PROGRAM = 1_000;
const MAX_REPEAT = 200;
const MAX_DEPTH = 30;

type Ranges = readonly (readonly [number, number])[];
type Tree =
  | { op: "set"; ranges: Ranges }
  | { op: "assert"; what: "start" | "end" | "word" | "no-word" }
  | { op: "cat"; of: Tree[] }
  | { op: "alt"; of: Tree[] }
  | { op: "repeat"; of: Tree; min: number; max: number };
type Step =
  | { op: "set"; has: (code: number) => boolean }
  | { op: "assert"; what: "start" | "end" | "word" | "no-word" }
  | { op: "split"; to: number[] }
  | { op: "match" };

export type RegexFlags = { ignoreCase: boolean; multiline: boolean; dotAll: boolean };

const DIGIT: Ranges = [[48, 57]];
const WORD: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const SPACE: Ranges = [
  [9, 13],
  [32, 32],
  [160, 160],
  [0x2028, 0x2029],
  [0xfeff, 0xfeff],
];
const LAST = 0xffff;

function inverted(ranges: Ranges): Ranges {
  const out: [number, number][] = [];
  let from = 0;
  for (const [a, b] of [...ranges].sort((x, y) => x[0] - y[0])) {
    if (a > from) out.push([from, a - 1]);
    from = Math.max(from, b + 1);
  }
  if (from <= LAST) out.push([from, LAST]);
  return out;
}

/**
 * A regular expression that takes time in proportion to text times pattern, whoever wrote it: all ways are followed at
 * once, none is tried after another. What needs trying back (look-around, back references) is refused.
 */
export function compileRegex(pattern: string, flags: RegexFlags): (text: string) => boolean {
  if (pattern.length > MAX_PATTERN) refuse(`The expression is longer than ${MAX_PATTERN} characters.`);
  const parser = new Parser(pattern, { ...flags });
  const program = assemble(parser.whole(), parser.flags);
  return (text) => run(program, text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text, parser.flags);
}

class Parser {
  readonly flags: RegexFlags;
  readonly #text: string;
  #at = 0;

  constructor(text: string, flags: RegexFlags) {
    this.#text = text;
    this.flags = flags;
  }

  whole(): Tree {
    const inline = /^\(\?([ims]+)\)/.exec(this.#text);
    if (inline) {
      this.#at = inline[0].length;
      for (const letter of inline[1]!) {
        if (letter === "i") this.flags.ignoreCase = true;
        else if (letter === "m") this.flags.multiline = true;
        else this.flags.dotAll = true;
      }
    }
    const tree = this.#alternatives(1);
    if (this.#at < this.#text.length) this.#fail();
    return tree;
  }

  #fail(): never {
    return refuse(`The expression ${quoted(this.#text)} cannot be read at character ${this.#at + 1}.`);
  }

  #alternatives(depth: number): Tree {
    if (depth > MAX_DEPTH) refuse(`The expression is nested deeper than ${MAX_DEPTH}.`);
    const of: Tree[] = [this.#sequence(depth)];
    while (this.#text[this.#at] === "|") {
      this.#at += 1;
      of.push(this.#sequence(depth));
    }
    return of.length === 1 ? of[0]! : { op: "alt", of };
  }

  #sequence(depth: number): Tree {
    const of: Tree[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== "|" && this.#text[this.#at] !== ")")
      of.push(this.#repeated(this.#atom(depth)));
    return { op: "cat", of };
  }

  #repeated(atom: Tree): Tree {
    const rest = this.#text.slice(this.#at, this.#at + 12);
    const match = /^(?:([*+?])|\{(\d{1,4})(,(\d{0,4}))?\})/.exec(rest);
    if (!match) return atom;
    if (atom.op === "assert") this.#fail();
    this.#at += match[0].length;
    const sign = match[1];
    const min = sign ? (sign === "+" ? 1 : 0) : Number(match[2]);
    const unbounded = sign ? sign !== "?" : match[3] === ",";
    const max = unbounded ? Number.POSITIVE_INFINITY : sign ? 1 : match[4] ? Number(match[4]) : min;
    if (min > MAX_REPEAT || (Number.isFinite(max) && max > MAX_REPEAT) || max < min)
      refuse(`The expression repeats something more than ${MAX_REPEAT} times.`);
    const next = this.#text[this.#at];
    if (next === "?") this.#at += 1;
    else if (next === "+" || next === "*") this.#fail();
    return { op: "repeat", of: atom, min, max };
  }

  #atom(depth: number): Tree {
    const char = this.#text[this.#at]!;
    this.#at += 1;
    if (char === "(") return this.#group(depth);
    if (char === "[") return this.#class();
    if (char === ".") return { op: "set", ranges: this.flags.dotAll ? [[0, LAST]] : inverted([[10, 10]]) };
    if (char === "^") return { op: "assert", what: "start" };
    if (char === "$") return { op: "assert", what: "end" };
    if (char === "\\") return this.#escape();
    if (char === "*" || char === "+" || char === "?") this.#fail();
    const code = char.charCodeAt(0);
    return { op: "set", ranges: [[code, code]] };
  }

  #group(depth: number): Tree {
    if (this.#text[this.#at] === "?") {
      const head = /^\?(?::|P?<[A-Za-z]\w*>)/.exec(this.#text.slice(this.#at, this.#at + 60));
      if (!head) refuse("The expression uses look-around or another group that needs trying back; that is not taken.");
      this.#at += head[0].length;
    }
    const inner = this.#alternatives(depth + 1);
    if (this.#text[this.#at] !== ")") this.#fail();
    this.#at += 1;
    return inner;
  }

  #escape(): Tree {
    const what = this.#text[this.#at];
    if (what === "b" || what === "B") {
      this.#at += 1;
      return { op: "assert", what: what === "b" ? "word" : "no-word" };
    }
    if (what !== undefined && /[1-9k]/.test(what)) refuse("The expression refers back to a group; that is not taken.");
    return { op: "set", ranges: this.#escaped() };
  }

  /** What stands behind a backslash, in a class or outside. */
  #escaped(): Ranges {
    const what = this.#text[this.#at];
    if (what === undefined) this.#fail();
    this.#at += 1;
    const hex = what === "x" ? 2 : what === "u" ? 4 : 0;
    if (hex > 0) {
      const digits = this.#text.slice(this.#at, this.#at + hex);
      if (digits.length !== hex || !/^[0-9a-f]+$/i.test(digits)) this.#fail();
      this.#at += hex;
      const code = Number.parseInt(digits, 16);
      return [[code, code]];
    }
    const sets: Record<string, Ranges> = {
      d: DIGIT,
      D: inverted(DIGIT),
      w: WORD,
      W: inverted(WORD),
      s: SPACE,
      S: inverted(SPACE),
      t: [[9, 9]],
      n: [[10, 10]],
      v: [[11, 11]],
      f: [[12, 12]],
      r: [[13, 13]],
    };
    if (Object.hasOwn(sets, what)) return sets[what]!;
    if (/[A-Za-z0-9]/.test(what)) this.#fail();
    const code = what.charCodeAt(0);
    return [[code, code]];
  }

  #class(): Tree {
    const isNot = this.#text[this.#at] === "^";
    if (isNot) this.#at += 1;
    const out: [number, number][] = [];
    for (let isFirst = true; ; isFirst = false) {
      const char = this.#text[this.#at];
      if (char === undefined) this.#fail();
      if (char === "]" && !isFirst) break;
      const low = this.#classItem();
      if (
        this.#text[this.#at] === "-" &&
        this.#text[this.#at + 1] !== "]" &&
        low.length === 1 &&
        low[0]![0] === low[0]![1]
      ) {
        this.#at += 1;
        const high = this.#classItem();
        if (high.length !== 1 || high[0]![0] !== high[0]![1] || high[0]![0] < low[0]![0]) this.#fail();
        out.push([low[0]![0], high[0]![0]]);
      } else out.push(...low.map(([a, b]): [number, number] => [a, b]));
    }
    this.#at += 1;
    return { op: "set", ranges: isNot ? inverted(this.flags.ignoreCase ? bothCases(out) : out) : out };
  }

  #classItem(): Ranges {
    const char = this.#text[this.#at];
    if (char === undefined) this.#fail();
    this.#at += 1;
    if (char === "\\") return this.#escaped();
    if (char === "[" && this.#text[this.#at] === ":") this.#fail();
    return [[char.charCodeAt(0), char.charCodeAt(0)]];
  }
}

function bothCases(ranges: Ranges): Ranges {
  const out = [...ranges];
  for (const [a, b] of ranges) {
    for (const [from, to, shift] of [
      [65, 90, 32],
      [97, 122, -32],
    ] as const) {
      const low = Math.max(a, from);
      const high = Math.min(b, to);
      if (low <= high) out.push([low + shift, high + shift]);
    }
  }
  return out;
}

function tester(ranges: Ranges): (code: number) => boolean {
  const low = new Uint8Array(256);
  const high = ranges.filter(([, b]) => b > 255);
  for (const [a, b] of ranges) for (let code = a; code <= Math.min(b, 255); code++) low[code] = 1;
  return (code) => (code < 256 ? low[code] === 1 : high.some(([a, b]) => code >= a && code <= b));
}

function assemble(tree: Tree, flags: RegexFlags): Step[] {
  const out: Step[] = [];
  const put = (step: Step): number => {
    if (out.length >= MAX_PROGRAM) refuse("The expression is too large once its repetitions are written out.");
    return out.push(step) - 1;
  };
  const walk = (node: Tree): void => {
    if (node.op === "set") put({ op: "set", has: tester(flags.ignoreCase ? bothCases(node.ranges) : node.ranges) });
    else if (node.op === "assert") put(node);
    else if (node.op === "repeat") repeat(node);
    else if (node.op === "cat") for (const inner of node.of) walk(inner);
    else {
      const split = { op: "split" as const, to: [] as number[] };
      put(split);
      const ends: { to: number[] }[] = [];
      for (const inner of node.of) {
        split.to.push(out.length);
        walk(inner);
        const end = { op: "split" as const, to: [] as number[] };
        put(end);
        ends.push(end);
      }
      for (const end of ends) end.to.push(out.length);
    }
  };
  const repeat = ({ of, min, max }: Extract<Tree, { op: "repeat" }>): void => {
    for (let i = 0; i < min; i++) walk(of);
    if (max === Number.POSITIVE_INFINITY) {
      const split = { op: "split" as const, to: [] as number[] };
      const at = put(split);
      split.to.push(out.length);
      walk(of);
      put({ op: "split", to: [at] });
      split.to.push(out.length);
      return;
    }
    const splits: { to: number[] }[] = [];
    for (let i = min; i < max; i++) {
      const split = { op: "split" as const, to: [] as number[] };
      put(split);
      split.to.push(out.length);
      splits.push(split);
      walk(of);
    }
    for (const split of splits) split.to.push(out.length);
  };
  walk(tree);
  put({ op: "match" });
  return out;
}

const isWord = tester(WORD);

function run(program: readonly Step[], text: string, flags: RegexFlags): boolean {
  let mark = 0;
  const marks = new Int32Array(program.length);
  let now: number[] = [];
  const holds = (what: "start" | "end" | "word" | "no-word", at: number): boolean => {
    if (what === "start") return at === 0 || (flags.multiline && text.charCodeAt(at - 1) === 10);
    if (what === "end") return at === text.length || (flags.multiline && text.charCodeAt(at) === 10);
    const before = at > 0 && isWord(text.charCodeAt(at - 1));
    const after = at < text.length && isWord(text.charCodeAt(at));
    return (before !== after) === (what === "word");
  };
  /** Follows everything that takes no character; true when the end of the expression is reached. */
  const enter = (first: number, at: number, list: number[]): boolean => {
    const stack = [first];
    for (let pc = stack.pop(); pc !== undefined; pc = stack.pop()) {
      if (marks[pc] === mark) continue;
      marks[pc] = mark;
      const step = program[pc]!;
      if (step.op === "match") return true;
      if (step.op === "set") list.push(pc);
      else if (step.op === "split") stack.push(...step.to);
      else if (holds(step.what, at)) stack.push(pc + 1);
    }
    return false;
  };
  mark += 1;
  if (enter(0, 0, now)) return true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const next: number[] = [];
    mark += 1;
    for (const pc of now) {
      const step = program[pc]!;
      if (step.op === "set" && step.has(code) && enter(pc + 1, at + 1, next)) return true;
    }
    if (enter(0, at + 1, next)) return true;
    now = next;
  }
  return false;
}
