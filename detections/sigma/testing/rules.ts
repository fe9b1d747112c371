import type { Schema } from "../compile.ts";
import { type Loaded, loadRules } from "../load.ts";
import type { Raw } from "../record.ts";
import { RuleSet } from "../rule-set.ts";

let count = 0;

/** A rule about the audit log around a detection written out. */
export function ruleOf(detection: string, more = "", logsource = "product: m365"): string {
  count += 1;
  const indented = detection.replace(/^/gm, "  ");
  return `title: Rule ${count}\nid: rule-${String(count).padStart(6, "0")}\nlogsource:\n  ${logsource.replaceAll("\n", "\n  ")}\n${more}\ndetection:\n${indented}\n`;
}

export const load = (...texts: string[]): Loaded =>
  loadRules(texts.map((text, i) => ({ file: `rule-${i}.yml`, text })));

/** Why the one rule is refused; undefined where it loads. */
export function reasonOf(text: string): string | undefined {
  return load(text).refused[0]?.reason;
}

/** Whether the one rule holds for a record. */
export function holds(text: string, record: Raw, kind = "ual"): boolean {
  const loaded = load(text);
  if (loaded.refused.length > 0) throw new Error(loaded.refused[0]!.reason);
  return new RuleSet(loaded.rules.map((rule) => rule.variants)).match(kind, record).length > 0;
}

/** Every logsource is seen and each field is the record's member of exactly that name. */
export const LITERAL: Schema = () => [
  {
    kind: "any",
    what: "the record",
    field: (name) => ({
      key: name,
      read: (record) => {
        if (!Object.hasOwn(record, name)) return [];
        const value = record[name];
        if (value === null || value === undefined) return [null];
        return [typeof value === "string" ? value : String(value)];
      },
    }),
  },
];
