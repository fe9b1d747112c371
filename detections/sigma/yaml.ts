import { parseAllDocuments } from "yaml";
import { refuse } from "./refused.ts";

export const MAX_RULE_CHARS = 64 * 1024;
const MAX_DOCUMENTS = 32;
const MAX_DEPTH = 12;
const MAX_NODES = 5_000;

/** What stands in a rule file: maps stay Map, so that no name in it reaches an object's prototype. */
export type Yaml = string | number | boolean | null | Yaml[] | Map<string, Yaml>;

/** Reads a rule file of a stranger: bounded in size, depth and nodes, no aliases, no tags of its own, no name twice. */
export function readYaml(text: string): Yaml[] {
  if (text.length > MAX_RULE_CHARS) refuse(`The file is longer than ${MAX_RULE_CHARS / 1024} kB.`);
  const documents = parseAllDocuments(text, {
    version: "1.2",
    schema: "core",
    uniqueKeys: true,
    merge: false,
    logLevel: "silent",
    prettyErrors: false,
  });
  if (!Array.isArray(documents) || documents.length === 0) refuse("The file is empty.");
  if (documents.length > MAX_DOCUMENTS) refuse(`The file holds more than ${MAX_DOCUMENTS} documents.`);
  const budget = { nodes: MAX_NODES };
  return documents.map((document) => {
    const [error] = document.errors;
    if (error) refuse(`The file is not valid YAML (${error.code} at character ${error.pos[0]}).`);
    let value: unknown;
    try {
      value = document.toJS({ mapAsMap: true, maxAliasCount: 0 });
    } catch {
      refuse("The file uses YAML aliases, which are not taken.");
    }
    return plain(value, 1, budget);
  });
}

function plain(value: unknown, depth: number, budget: { nodes: number }): Yaml {
  budget.nodes -= 1;
  if (budget.nodes < 0) refuse(`The file holds more than ${MAX_NODES} values.`);
  if (depth > MAX_DEPTH) refuse(`The file is nested deeper than ${MAX_DEPTH}.`);
  if (Array.isArray(value)) return value.map((inner) => plain(inner, depth + 1, budget));
  if (value instanceof Map) {
    const out = new Map<string, Yaml>();
    for (const [key, inner] of value) {
      const name = typeof key === "string" ? key : String(key);
      if (out.has(name)) refuse("The file has a name twice.");
      out.set(name, plain(inner, depth + 1, budget));
    }
    return out;
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return String(value);
  if (value === null || value === undefined) return null;
  return refuse("The file holds a value that is neither text, number, list nor map.");
}
