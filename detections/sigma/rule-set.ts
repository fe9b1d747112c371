import { anchorsOf, countUses, type Uses } from "./anchors.ts";
import { Automaton } from "./automaton.ts";
import type { FieldRef, Node, Variant } from "./compile.ts";
import type { Raw, Said } from "./record.ts";

type Check = (sight: Sight) => boolean;
/** A rule that holds for a record; `by` and `of` where it is counted. */
export type Hit = { rule: number; by?: string; of?: string };
type Candidate = { rule: number; check: Check; by: number[]; of: number | undefined };
/** Values and texts of one field that point to rules. */
type Signpost = { field: number; exact: Map<string, number[]>; needles: Automaton | undefined; behind: number[][] };
type Kind = { signposts: Signpost[]; always: number[]; candidates: Candidate[]; sight: Sight; tried: Int32Array };

/** A longer needle makes the automaton bigger and hardly ever more certain. */
const NEEDLE = 24;

/** One record while it is looked at: each field is read and lowered once, and only when a rule asks. */
class Sight {
  #record: Raw = {};
  #turn = 0;
  readonly #fields: FieldRef[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #said: Said[] = [];
  readonly #lower: Said[] = [];
  readonly #readAt: number[] = [];

  numberOf(field: FieldRef): number {
    const known = this.#numbers.get(field.key);
    if (known !== undefined) return known;
    const number = this.#fields.push(field) - 1;
    this.#numbers.set(field.key, number);
    this.#said.push([]);
    this.#lower.push([]);
    this.#readAt.push(0);
    return number;
  }

  look(record: Raw): number {
    this.#record = record;
    this.#turn += 1;
    return this.#turn;
  }

  said(field: number): Said {
    if (this.#readAt[field] !== this.#turn) this.#read(field);
    return this.#said[field]!;
  }

  lower(field: number): Said {
    if (this.#readAt[field] !== this.#turn) this.#read(field);
    return this.#lower[field]!;
  }

  #read(field: number): void {
    const said = this.#fields[field]!.read(this.#record);
    this.#said[field] = said;
    this.#lower[field] = said.map((text) => (text === null ? null : text.toLowerCase()));
    this.#readAt[field] = this.#turn;
  }
}

/**
 * Many rules held against one record at a time. Each rule waits behind something a matching record must show (a whole
 * value, or a text that one automaton finds), so that a record costs nearly the same however many rules there are.
 */
export class RuleSet {
  readonly #kinds = new Map<string, Kind>();

  constructor(rules: readonly (readonly Variant[])[]) {
    const uses: Uses = new Map();
    for (const variant of rules.flat()) countUses(variant.node, uses);
    const byKind = new Map<string, { rule: number; variant: Variant }[]>();
    for (const [rule, variants] of rules.entries())
      for (const variant of variants)
        byKind.set(variant.kind, [...(byKind.get(variant.kind) ?? []), { rule, variant }]);
    for (const [kind, list] of byKind) this.#kinds.set(kind, kindOf(list, uses));
  }

  /** The rules that hold for a record of this kind, in their order. */
  match(kind: string, record: Raw): Hit[] {
    const known = this.#kinds.get(kind);
    if (!known) return [];
    const { sight, signposts, tried, candidates } = known;
    const turn = sight.look(record);
    let out: Hit[] | undefined;
    const attempt = (index: number): void => {
      if (tried[index] === turn) return;
      tried[index] = turn;
      const { rule, check, by, of } = candidates[index]!;
      if (!check(sight)) return;
      out ??= [];
      out.push(hitOf(sight, rule, by, of));
    };
    for (const index of known.always) attempt(index);
    for (const { field, exact, needles, behind } of signposts) {
      for (const text of sight.lower(field)) {
        if (text === null) continue;
        const waiting = exact.get(text);
        if (waiting !== undefined) for (const index of waiting) attempt(index);
        needles?.search(text, (needle) => {
          for (const index of behind[needle]!) attempt(index);
        });
      }
    }
    return out ? out.sort((a, b) => a.rule - b.rule) : NONE;
  }
}

const NONE: Hit[] = [];

function hitOf(sight: Sight, rule: number, by: number[], of: number | undefined): Hit {
  const hit: Hit = { rule };
  if (by.length > 0) hit.by = by.map((field) => sight.lower(field)[0] ?? "").join("\n");
  if (of !== undefined) hit.of = sight.lower(of)[0] ?? "";
  return hit;
}

function kindOf(list: { rule: number; variant: Variant }[], uses: Uses): Kind {
  const sight = new Sight();
  const candidates: Candidate[] = [];
  const always: number[] = [];
  const posts = new Map<number, { exact: Map<string, number[]>; needles: Map<string, number[]> }>();
  for (const { rule, variant } of list) {
    const index =
      candidates.push({
        rule,
        check: checkOf(variant.node, sight),
        by: variant.by.map((field) => sight.numberOf(field)),
        of: variant.of && sight.numberOf(variant.of),
      }) - 1;
    const anchors = anchorsOf(variant.node, uses);
    if (!anchors) {
      always.push(index);
      continue;
    }
    for (const anchor of anchors) {
      const field = sight.numberOf(anchor.field);
      const post = posts.get(field) ?? { exact: new Map(), needles: new Map() };
      posts.set(field, post);
      const [map, key] =
        "exact" in anchor ? [post.exact, anchor.exact] : [post.needles, anchor.needle.slice(0, NEEDLE)];
      const waiting = map.get(key) ?? [];
      if (waiting.at(-1) !== index) waiting.push(index);
      map.set(key, waiting);
    }
  }
  const signposts = [...posts].map(([field, { exact, needles }]) => ({
    field,
    exact,
    needles: needles.size > 0 ? new Automaton([...needles.keys()]) : undefined,
    behind: [...needles.values()],
  }));
  return { signposts, always, candidates, sight, tried: new Int32Array(candidates.length) };
}

function checkOf(node: Node, sight: Sight): Check {
  switch (node.op) {
    case "and":
    case "or": {
      const checks = node.of.map((inner) => checkOf(inner, sight));
      if (checks.length === 1) return checks[0]!;
      return node.op === "and" ? (s) => checks.every((c) => c(s)) : (s) => checks.some((c) => c(s));
    }
    case "not": {
      const check = checkOf(node.of, sight);
      return (s) => !check(s);
    }
    case "exists": {
      const field = sight.numberOf(node.field);
      return (s) => s.said(field).length > 0 === node.wanted;
    }
    case "same":
      return sameCheck(node, sight);
    default:
      return testCheck(node, sight);
  }
}

function testCheck({ field, tests }: Extract<Node, { op: "test" }>, sight: Sight): Check {
  const number = sight.numberOf(field);
  const isNull = tests.some((test) => test.isNull);
  const texts = tests.filter((test) => !test.isNull);
  const exact = texts.length > 3 && texts.every((t) => t.exact !== undefined) && new Set(texts.map((t) => t.exact!));
  return (s) => {
    const said = s.said(number);
    if (said.length === 0) return isNull;
    const lower = s.lower(number);
    for (let i = 0; i < said.length; i++) {
      const text = said[i]!;
      if (text === null) {
        if (isNull) return true;
        continue;
      }
      const low = lower[i]!;
      if (exact ? exact.has(low) : texts.some((test) => test.holds(text, low))) return true;
    }
    return false;
  };
}

function sameCheck({ field, other, compare, cased }: Extract<Node, { op: "same" }>, sight: Sight): Check {
  const a = sight.numberOf(field);
  const b = sight.numberOf(other);
  const holds = (left: string, right: string): boolean => {
    if (compare === "contains") return left.includes(right);
    if (compare === "startswith") return left.startsWith(right);
    return compare === "endswith" ? left.endsWith(right) : left === right;
  };
  return (s) => {
    const rights = cased ? s.said(b) : s.lower(b);
    return (cased ? s.said(a) : s.lower(a)).some(
      (left) => left !== null && rights.some((right) => right !== null && holds(left, right)),
    );
  };
}
