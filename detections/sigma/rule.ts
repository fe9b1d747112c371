import type { Severity } from "#domain/incident/analysis.ts";
import { type Aggregation, type Compare, type Condition, parseCondition } from "./condition.ts";
import { quoted, refuse } from "./refused.ts";
import type { Yaml } from "./yaml.ts";

export type Logsource = { product: string; service: string; category: string };
/** One `field|modifier: values` line; no field means: anywhere in the record. */
export type FieldMatch = {
  field: string | undefined;
  modifiers: string[];
  values: (string | number | boolean | null)[];
};
/** Lines that must all hold; a selection holds when one of its blocks does. */
export type Selection = { blocks: FieldMatch[][] };

/** What is said about a rule, whatever it looks for. */
export type RuleText = {
  id: string;
  title: string;
  level: Severity;
  description: string;
  author: string;
  attack: { tactics: string[]; techniques: string[] };
  falsePositives: string[];
};

export type EventRule = RuleText & {
  kind: "event";
  name: string | undefined;
  logsource: Logsource;
  selections: Map<string, Selection>;
  conditions: Condition[];
  aggregation: Aggregation | undefined;
  timeframeMs: number | undefined;
};

export type CorrelationRule = RuleText & {
  kind: "correlation";
  of: string[];
  type: "event_count" | "value_count";
  by: string[];
  field: string | undefined;
  compare: Compare;
  than: number;
  timeframeMs: number;
};

const MAX_SELECTIONS = 40;
const MAX_VALUES = 1_000;
const TACTICS: Record<string, string> = {
  "initial-access": "TA0001",
  execution: "TA0002",
  persistence: "TA0003",
  "privilege-escalation": "TA0004",
  "defense-evasion": "TA0005",
  stealth: "TA0005",
  "credential-access": "TA0006",
  discovery: "TA0007",
  "lateral-movement": "TA0008",
  collection: "TA0009",
  exfiltration: "TA0010",
  "command-and-control": "TA0011",
  impact: "TA0040",
};
const LEVELS: Record<string, Severity> = {
  informational: "low",
  low: "low",
  medium: "medium",
  high: "high",
  critical: "critical",
};

const asMap = (value: Yaml | undefined): Map<string, Yaml> | undefined => (value instanceof Map ? value : undefined);
const words = (value: Yaml | undefined): string[] =>
  (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).flatMap((v) =>
    typeof v === "string" || typeof v === "number" ? String(v) : [],
  );
/** One line of text, without characters that turn or hide what stands beside them. */
const word = (map: Map<string, Yaml>, name: string, max: number): string =>
  (words(map.get(name))[0] ?? "")
    .replace(/\p{C}+/gu, " ")
    .trim()
    .slice(0, max);

/** A document of a rule file as a rule; refuses with the reason what is none, or what we cannot carry out. */
export function readRule(document: Yaml): EventRule | CorrelationRule {
  const map = asMap(document);
  if (!map) refuse("It is not a Sigma rule: no map of names.");
  const about = textOf(map);
  const correlation = asMap(map.get("correlation"));
  if (correlation) return { ...about, kind: "correlation", ...correlationOf(correlation) };
  const detection = asMap(map.get("detection"));
  if (!detection) refuse("It is not a Sigma rule: no detection.");
  const source = asMap(map.get("logsource"));
  if (!source) refuse("It names no logsource.");
  const parsed = words(detection.get("condition")).map(parseCondition);
  if (parsed.length === 0) refuse("It has no condition.");
  const aggregations = parsed.flatMap((p) => p.aggregation ?? []);
  if (aggregations.length > 0 && parsed.length > 1)
    refuse("It joins several conditions with a count, which is not supported.");
  const timeframe = word(detection, "timeframe", 20);
  if (aggregations.length > 0 && !timeframe) refuse("It counts without a timeframe.");
  return {
    ...about,
    kind: "event",
    name: word(map, "name", 200) || undefined,
    logsource: {
      product: word(source, "product", 60).toLowerCase(),
      service: word(source, "service", 60).toLowerCase(),
      category: word(source, "category", 60).toLowerCase(),
    },
    selections: selectionsOf(detection),
    conditions: parsed.map((p) => p.condition),
    aggregation: aggregations[0],
    timeframeMs: timeframe ? durationOf(timeframe) : undefined,
  };
}

function textOf(map: Map<string, Yaml>): RuleText {
  const title = word(map, "title", 200);
  if (!title) refuse("It has no title.");
  const id = word(map, "id", 80).toLowerCase();
  if (!/^[a-z0-9][a-z0-9-]{2,79}$/.test(id)) refuse("It has no id of letters, digits and hyphens.");
  const tags = words(map.get("tags")).map((tag) => tag.toLowerCase());
  const level = word(map, "level", 20).toLowerCase() || "medium";
  if (!Object.hasOwn(LEVELS, level)) refuse(`It has the unknown level ${quoted(level)}.`);
  return {
    id,
    title,
    level: LEVELS[level]!,
    description: word(map, "description", 2_000),
    author: word(map, "author", 300),
    attack: {
      tactics: [...new Set(tags.flatMap((tag) => TACTICS[tag.replace(/^attack\./, "").replaceAll("_", "-")] ?? []))],
      techniques: [
        ...new Set(tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/.exec(tag)?.[1]?.toUpperCase() ?? [])),
      ],
    },
    falsePositives: words(map.get("falsepositives"))
      .map((text) => text.slice(0, 300))
      .slice(0, 20),
  };
}

function selectionsOf(detection: Map<string, Yaml>): Map<string, Selection> {
  const out = new Map<string, Selection>();
  for (const [name, value] of detection) {
    if (name === "condition" || name === "timeframe") continue;
    if (out.size >= MAX_SELECTIONS) refuse(`It has more than ${MAX_SELECTIONS} selections.`);
    out.set(name, selectionOf(name, value));
  }
  if (out.size === 0) refuse("It has no selection.");
  return out;
}

function selectionOf(name: string, value: Yaml): Selection {
  if (value instanceof Map) return { blocks: [blockOf(value)] };
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.length > MAX_VALUES) refuse(`The selection ${quoted(name)} is empty or too long.`);
  const keywords = list.filter((item) => !(item instanceof Map));
  const blocks = list.flatMap((item) => (item instanceof Map ? [blockOf(item)] : []));
  if (keywords.length > 0) blocks.push([{ field: undefined, modifiers: [], values: valuesOf(name, keywords) }]);
  return { blocks };
}

function blockOf(map: Map<string, Yaml>): FieldMatch[] {
  if (map.size === 0) refuse("A selection is empty.");
  return [...map].map(([key, value]) => {
    const [field = "", ...modifiers] = key.split("|");
    const values = valuesOf(key, Array.isArray(value) ? value : [value]);
    if (values.length === 0) refuse(`The list of ${quoted(key)} is empty.`);
    return { field: field.trim() || undefined, modifiers: modifiers.map((m) => m.trim().toLowerCase()), values };
  });
}

function valuesOf(name: string, list: Yaml[]): FieldMatch["values"] {
  if (list.length > MAX_VALUES) refuse(`${quoted(name)} lists more than ${MAX_VALUES} values.`);
  return list.map((value) => {
    if (value instanceof Map || Array.isArray(value))
      refuse(`${quoted(name)} holds something other than plain values.`);
    return value;
  });
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 7 * 86_400_000;

function durationOf(text: string): number {
  const match = /^(\d{1,5})\s*([smhd])$/.exec(text.trim().toLowerCase());
  if (!match) refuse(`The timeframe ${quoted(text)} cannot be read.`);
  const ms = Number(match[1]) * UNITS[match[2]!]!;
  if (ms <= 0 || ms > LONGEST_MS) refuse("The timeframe is longer than seven days.");
  return ms;
}

const COMPARES: Record<string, Compare> = { gt: ">", gte: ">=", lt: "<", lte: "<=", eq: "=" };

function correlationOf(map: Map<string, Yaml>): Omit<CorrelationRule, keyof RuleText | "kind"> {
  const type = word(map, "type", 40).toLowerCase();
  if (type !== "event_count" && type !== "value_count")
    refuse(`The correlation ${quoted(type)} is not supported, only event_count and value_count.`);
  const of = words(map.get("rules"));
  if (of.length === 0 || of.length > 50) refuse("The correlation names no rules, or too many.");
  if (map.has("aliases")) refuse("Aliases of a correlation are not supported.");
  const condition = asMap(map.get("condition"));
  if (!condition) refuse("The correlation has no condition.");
  const compares = [...condition].filter(([name]) => Object.hasOwn(COMPARES, name));
  const than = compares[0]?.[1];
  if (compares.length !== 1 || typeof than !== "number" || !Number.isInteger(than) || than < 0)
    refuse("The correlation's condition is not one comparison with a whole number.");
  const field = word(condition, "field", 200) || undefined;
  if (type === "value_count" && !field) refuse("The correlation counts values and names no field.");
  return {
    of,
    type,
    by: words(map.get("group-by")),
    field: type === "value_count" ? field : undefined,
    compare: COMPARES[compares[0]![0]]!,
    than,
    timeframeMs: durationOf(word(map, "timespan", 20) || word(map, "timeframe", 20)),
  };
}
