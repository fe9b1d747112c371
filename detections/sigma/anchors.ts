import type { FieldRef, Node } from "./compile.ts";

/** Something a record must show before a rule can hold for it: a whole value, or a text inside one. */
export type Anchor = { field: FieldRef; exact: string } | { field: FieldRef; needle: string };

/** How many rules ask for a value of a field: what many ask for is common in records too. */
export type Uses = Map<string, number>;

const MIN_NEEDLE = 3;
export const useKey = (field: FieldRef, exact: string): string => `${field.key}\n${exact}`;

/** Counts the whole values a rule asks for. */
export function countUses(node: Node, uses: Uses): void {
  if (node.op === "and" || node.op === "or") for (const inner of node.of) countUses(inner, uses);
  if (node.op !== "test") return;
  for (const { exact } of node.tests)
    if (exact !== undefined) {
      const key = useKey(node.field, exact);
      uses.set(key, (uses.get(key) ?? 0) + 1);
    }
}

/** The cheapest set of which a matching record shows at least one; undefined when there is none (a bare "not"). */
export function anchorsOf(node: Node, uses: Uses): Anchor[] | undefined {
  if (node.op === "and") {
    let best: Anchor[] | undefined;
    for (const inner of node.of) {
      const found = anchorsOf(inner, uses);
      if (found && (!best || cost(found, uses) < cost(best, uses))) best = found;
    }
    return best;
  }
  if (node.op === "or") {
    const all: Anchor[] = [];
    for (const inner of node.of) {
      const found = anchorsOf(inner, uses);
      if (!found) return undefined;
      all.push(...found);
    }
    return all.length > 0 ? all : undefined;
  }
  if (node.op !== "test") return undefined;
  const out: Anchor[] = [];
  for (const test of node.tests) {
    if (test.exact !== undefined) out.push({ field: node.field, exact: test.exact });
    else if (test.needle !== undefined && test.needle.length >= MIN_NEEDLE)
      out.push({ field: node.field, needle: test.needle });
    else return undefined;
  }
  return out;
}

function cost(anchors: readonly Anchor[], uses: Uses): number {
  let total = 0;
  for (const anchor of anchors)
    total +=
      "exact" in anchor
        ? (uses.get(useKey(anchor.field, anchor.exact)) ?? 1) + 1 / (1 + anchor.exact.length)
        : 3 + 12 / anchor.needle.length + (anchor.field.key === "*" ? 50 : 0);
  return total / anchors.length + anchors.length / 100;
}
