import type { Condition } from "./condition.ts";
import { type Field, wholeRecord } from "./record.ts";
import { quoted, Refused, refuse } from "./refused.ts";
import type { EventRule, FieldMatch, Logsource, Selection } from "./rule.ts";
import { modifiersOf, testsOf, type ValueTest } from "./values.ts";

/** A field as one kind of record has it; the same key is read once per record. */
export type FieldRef = { key: string; read: Field };
/** One kind of native record a rule may look at, and what its field names mean there. */
export type Reading = {
  kind: string;
  /** In words, for a refusal. */
  what: string;
  /** Only records of which this holds. */
  guard?: { field: FieldRef; values: readonly string[] };
  field: (name: string) => FieldRef | undefined;
};
/** What a logsource means here; refuses what is not read. `asked` gives the values a rule names for a field. */
export type Schema = (logsource: Logsource, asked: (field: string) => FieldMatch["values"]) => Reading[];

export type Node =
  | { op: "and" | "or"; of: Node[] }
  | { op: "not"; of: Node }
  | { op: "test"; field: FieldRef; tests: ValueTest[] }
  | { op: "exists"; field: FieldRef; wanted: boolean }
  | { op: "same"; field: FieldRef; other: FieldRef; compare: string | undefined; cased: boolean };

/** A rule as it is carried out on one kind of record. */
export type Variant = { kind: string; node: Node; by: FieldRef[]; of: FieldRef | undefined };

const MAX_NODES = 5_000;

/**
 * A rule for each kind of record that shows all its fields; `by` and `of` are read beside it for counting. Refuses with
 * the first kind's reason when there is none.
 */
export function compileRule(
  rule: EventRule,
  schema: Schema,
  count: { by: string[]; of: string | undefined },
): Variant[] {
  const matches = [...rule.selections.values()].flatMap((selection) => selection.blocks.flat());
  const readings = schema(rule.logsource, (field) =>
    matches.filter((match) => match.field?.toLowerCase() === field).flatMap((match) => match.values),
  );
  let reason: Refused | undefined;
  const variants = readings.flatMap((reading): Variant[] => {
    try {
      return [variantOf(rule, reading, count)];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reason ??= error;
      return [];
    }
  });
  if (variants.length === 0) throw reason ?? new Refused("Petra reads no record it could look at.");
  return variants;
}

function variantOf(rule: EventRule, reading: Reading, count: { by: string[]; of: string | undefined }): Variant {
  const compiler = new Compiler(rule, reading);
  const alternatives = rule.conditions.map((condition) => compiler.condition(condition));
  const searched: Node = alternatives.length === 1 ? alternatives[0]! : { op: "or", of: alternatives };
  const { guard } = reading;
  const node: Node = guard
    ? {
        op: "and",
        of: [{ op: "test", field: guard.field, tests: guard.values.map(exactly) }, searched],
      }
    : searched;
  return {
    kind: reading.kind,
    node,
    by: count.by.map((name) => compiler.field(name)),
    of: count.of === undefined ? undefined : compiler.field(count.of),
  };
}

function exactly(value: string): ValueTest {
  const wanted = value.toLowerCase();
  return { holds: (_, lower) => lower === wanted, exact: wanted, needle: wanted };
}

const KEYWORDS: FieldRef = { key: "*", read: wholeRecord };

class Compiler {
  readonly #rule: EventRule;
  readonly #reading: Reading;
  readonly #selections = new Map<string, Node>();
  #budget = MAX_NODES;

  constructor(rule: EventRule, reading: Reading) {
    this.#rule = rule;
    this.#reading = reading;
  }

  field(name: string): FieldRef {
    const found = this.#reading.field(name);
    if (!found) refuse(`The field ${quoted(name)} is not in ${this.#reading.what}.`);
    return found;
  }

  condition(condition: Condition): Node {
    switch (condition.op) {
      case "and":
      case "or":
        return { op: condition.op, of: condition.of.map((inner) => this.condition(inner)) };
      case "not":
        return { op: "not", of: this.condition(condition.of) };
      case "name":
        return this.#selection(condition.name);
      default: {
        const names = this.#namesLike(condition.pattern);
        return { op: condition.op === "every" ? "and" : "or", of: names.map((name) => this.#selection(name)) };
      }
    }
  }

  #namesLike(pattern: string): string[] {
    const [head = "", ...rest] = pattern.split("*");
    if (rest.length > 1) refuse(`The pattern ${quoted(pattern)} has more than one star.`);
    const tail = rest[0];
    const names = [...this.#rule.selections.keys()].filter((name) =>
      tail === undefined
        ? name === head
        : name.startsWith(head) && name.endsWith(tail) && name.length >= head.length + tail.length,
    );
    // "them" leaves out names that begin with an underscore, as the language says.
    const chosen = pattern === "*" ? names.filter((name) => !name.startsWith("_")) : names;
    if (chosen.length === 0) refuse(`No selection is called like ${quoted(pattern)}.`);
    return chosen;
  }

  #selection(name: string): Node {
    const known = this.#selections.get(name);
    if (known) return known;
    const selection = this.#rule.selections.get(name);
    if (!selection) refuse(`The condition names ${quoted(name)}, which is no selection.`);
    const node = this.#blocks(selection);
    this.#selections.set(name, node);
    return node;
  }

  #blocks({ blocks }: Selection): Node {
    const nodes = blocks.map((block): Node => ({ op: "and", of: block.map((match) => this.#match(match)) }));
    return nodes.length === 1 ? nodes[0]! : { op: "or", of: nodes };
  }

  #match(match: FieldMatch): Node {
    this.#budget -= match.values.length;
    if (this.#budget < 0) refuse(`It compares more than ${MAX_NODES} values.`);
    const how = modifiersOf(match.modifiers);
    if (match.field === undefined) {
      const inside = { ...how, compare: how.compare ?? "contains" };
      return this.#test(KEYWORDS, match, inside);
    }
    const field = this.field(match.field);
    if (how.exists) {
      const [wanted] = match.values;
      if (match.values.length !== 1 || typeof wanted !== "boolean") refuse("The modifier exists takes true or false.");
      return { op: "exists", field, wanted };
    }
    if (how.fieldref) {
      const of = match.values.map((name): Node => {
        const other = this.field(String(name));
        return { op: "same", field, other, compare: how.compare, cased: how.cased };
      });
      return { op: how.all ? "and" : "or", of };
    }
    return this.#test(field, match, how);
  }

  #test(field: FieldRef, match: FieldMatch, how: ReturnType<typeof modifiersOf>): Node {
    const each = match.values.map((value) => testsOf(value, how));
    if (!how.all) return { op: "test", field, tests: each.flat() };
    // Each value in one of its encodings.
    return { op: "and", of: each.map((tests): Node => ({ op: "test", field, tests })) };
  }
}
