import { sha256 } from "#domain/event/sha256.ts";
import { compileRule, type Schema, type Variant } from "./compile.ts";
import type { Aggregation } from "./condition.ts";
import { quoted, Refused } from "./refused.ts";
import { type CorrelationRule, type EventRule, type RuleText, readRule } from "./rule.ts";
import { PETRA_SCHEMA } from "./sources.ts";
import { readYaml } from "./yaml.ts";

/** What is counted over several records: how many, or how many different values, of a group within a time. */
export type Threshold = { compare: Aggregation["compare"]; than: number; withinMs: number };
export type LoadedRule = RuleText & {
  file: string;
  /** Changes with the text of the file. */
  version: string;
  variants: Variant[];
  threshold: Threshold | undefined;
};
export type RefusedRule = { file: string; title: string; id: string; reason: string };
export type Loaded = { rules: LoadedRule[]; refused: RefusedRule[] };

const MAX_RULES = 10_000;

type Entry = { file: string; version: string; rule: EventRule | CorrelationRule };

/** Reads rule files of strangers; what cannot be carried out is refused with its reason and stops nothing else. Pure. */
export function loadRules(files: readonly { file: string; text: string }[], schema: Schema = PETRA_SCHEMA): Loaded {
  const out: Loaded = { rules: [], refused: [] };
  const entries: Entry[] = [];
  const known = new Map<string, string>();
  for (const { file, text } of files) {
    const version = sha256(text).slice(0, 8);
    for (const document of documentsOf(file, text, out)) {
      const rule = attempt(out, file, document, () => readRule(document as never));
      if (!rule) continue;
      const twin = known.get(rule.id);
      if (twin !== undefined) {
        out.refused.push({
          file,
          title: rule.title,
          id: rule.id,
          reason: `Its id is already taken by ${quoted(twin)}.`,
        });
      } else if (entries.length >= MAX_RULES) {
        out.refused.push({
          file,
          title: rule.title,
          id: rule.id,
          reason: `More than ${MAX_RULES} rules; the rest is not loaded.`,
        });
      } else {
        known.set(rule.id, file);
        entries.push({ file, version, rule });
      }
    }
  }
  // A rule that a correlation counts does not fire by itself as well.
  const counted = new Set(entries.flatMap(({ rule }) => (rule.kind === "correlation" ? rule.of : [])));
  for (const entry of entries) {
    const { file, rule } = entry;
    if (rule.kind === "event" && (counted.has(rule.id) || (rule.name !== undefined && counted.has(rule.name))))
      continue;
    const made = attempt(out, file, rule, () =>
      rule.kind === "event" ? eventRule(rule, schema) : correlation(rule, entries, schema),
    );
    if (made) out.rules.push({ ...aboutOf(rule), file, version: entry.version, ...made });
  }
  return out;
}

function documentsOf(file: string, text: string, out: Loaded): unknown[] {
  try {
    return readYaml(text).filter((document) => document !== null);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    out.refused.push({ file, title: "", id: "", reason: error.message });
    return [];
  }
}

function attempt<T>(out: Loaded, file: string, about: unknown, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const said = (name: string): string => {
      const value = about instanceof Map ? about.get(name) : (about as Record<string, unknown>)?.[name];
      return typeof value === "string" ? value.slice(0, 200) : "";
    };
    out.refused.push({ file, title: said("title"), id: said("id"), reason: error.message });
    return undefined;
  }
}

const aboutOf = ({ id, title, level, description, author, attack, falsePositives }: RuleText): RuleText => ({
  id,
  title,
  level,
  description,
  author,
  attack,
  falsePositives,
});

type Made = Pick<LoadedRule, "variants" | "threshold">;

/** What is missing can only be counted when a time is over; what is there, with each record. */
function thresholdOf(compare: Threshold["compare"], than: number, withinMs: number): Threshold {
  if (compare === "<" || compare === "<=") throw new Refused("It counts how little there is, which is not supported.");
  return { compare, than, withinMs };
}

function eventRule(rule: EventRule, schema: Schema): Made {
  const { aggregation, timeframeMs } = rule;
  const variants = compileRule(rule, schema, { by: aggregation?.by ?? [], of: aggregation?.field });
  return {
    variants,
    threshold: aggregation && thresholdOf(aggregation.compare, aggregation.than, timeframeMs ?? 0),
  };
}

/** The rules a correlation names are carried out under its own name and counted together. */
function correlation(rule: CorrelationRule, entries: readonly Entry[], schema: Schema): Made {
  const variants = rule.of.flatMap((wanted) => {
    const found = entries.find(({ rule: r }) => r.kind === "event" && (r.id === wanted || r.name === wanted))?.rule;
    if (found?.kind !== "event") throw new Refused(`The rule ${quoted(wanted)} that it counts is not there.`);
    if (found.aggregation) throw new Refused(`The rule ${quoted(wanted)} that it counts counts itself.`);
    return compileRule(found, schema, { by: rule.by, of: rule.field });
  });
  return { variants, threshold: thresholdOf(rule.compare, rule.than, rule.timeframeMs) };
}
