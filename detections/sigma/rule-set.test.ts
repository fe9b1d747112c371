import fc from "fast-check";
import { expect, it } from "vitest";
import { loadRules } from "./load.ts";
import { RuleSet } from "./rule-set.ts";
import { LITERAL } from "./testing/rules.ts";

const FIELDS = ["A", "B", "C"];
const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "X"), minLength: 1, maxLength: 5 });
const line = fc.record({
  field: fc.constantFrom(...FIELDS),
  modifier: fc.constantFrom("", "|contains", "|startswith", "|endswith", "|contains|all"),
  values: fc.array(fc.oneof(word, word, fc.constant("a*c"), fc.constant("")), { minLength: 1, maxLength: 4 }),
});
type Line = { field: string; modifier: string; values: string[] };
const ruleShape = fc.record({
  one: fc.uniqueArray(line, { minLength: 1, maxLength: 2, selector: (l: Line) => `${l.field}${l.modifier}` }),
  two: fc.uniqueArray(line, { minLength: 1, maxLength: 2, selector: (l: Line) => `${l.field}${l.modifier}` }),
  condition: fc.constantFrom(
    "one",
    "one and two",
    "one or two",
    "one and not two",
    "not one",
    "1 of them",
    "all of them",
  ),
});
const record = fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(word, fc.constant(null)), { maxKeys: 3 });

const selection = (name: string, lines: Line[]): string =>
  `  ${name}:\n${lines.map((l) => `    ${l.field}${l.modifier}: ${JSON.stringify(l.values)}`).join("\n")}\n`;

it("however many rules wait beside it, a rule holds for the same records as alone", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(
      fc.array(ruleShape, { minLength: 1, maxLength: 12 }),
      fc.array(record, { maxLength: 12 }),
      (shapes, records) => {
        const files = shapes.map(({ one, two, condition }, i) => ({
          file: `${i}.yml`,
          text: `title: R\nid: rule-${i}\nlogsource:\n  product: any\ndetection:\n${selection("one", one)}${selection("two", two)}  condition: ${condition}\n`,
        }));
        const { rules, refused } = loadRules(files, LITERAL);
        expect(refused).toEqual([]);
        const together = new RuleSet(rules.map((r) => r.variants));
        const alone = rules.map((r) => ({ any: new RuleSet([r.variants]), plain: plainly(r.variants[0]!.node) }));
        for (const one of records) {
          const held = together.match("any", one).map((hit) => hit.rule);
          expect(held).toEqual(alone.flatMap(({ any }, i) => (any.match("any", one).length > 0 ? [i] : [])));
          expect(held).toEqual(alone.flatMap(({ plain }, i) => (plain(one) ? [i] : [])));
        }
      },
    ),
    { numRuns: 80 },
  );
});

/** The same rule carried out without any index. */
function plainly(node: import("./compile.ts").Node): (record: Record<string, unknown>) => boolean {
  if (node.op === "and") return (r) => node.of.every((inner) => plainly(inner)(r));
  if (node.op === "or") return (r) => node.of.some((inner) => plainly(inner)(r));
  if (node.op === "not") return (r) => !plainly(node.of)(r);
  if (node.op !== "test") throw new Error("not drawn here");
  return (r) =>
    node.field.read(r).some((text) => text !== null && node.tests.some((t) => t.holds(text, text.toLowerCase())));
}
