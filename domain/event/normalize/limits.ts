import { clean, isRaw } from "./raw.ts";

export const MAX_RECORD_CHARS = 1024 * 1024;
export const MAX_DEPTH = 64;
export const MAX_KEYS = 2000;
const MAX_NODES = 200_000;

/**
 * Why a parsed record may not be walked: too deep, too many keys, too much text. Iterative, because JSON.parse
 * happily returns a nesting that overflows any recursive reader. Undefined when it is fine.
 */
export function shapeFault(root: unknown): string | undefined {
  const stack: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  let keys = 0;
  let nodes = 0;
  let chars = 0;
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { value, depth } = item;
    nodes += 1;
    if (typeof value === "string") chars += value.length;
    if (chars > MAX_RECORD_CHARS) return `record holds more than ${MAX_RECORD_CHARS} characters`;
    if (nodes > MAX_NODES) return `record holds more than ${MAX_NODES} values`;
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DEPTH) return `record is nested deeper than ${MAX_DEPTH}`;
    if (Array.isArray(value)) {
      for (const inner of value) stack.push({ value: inner, depth: depth + 1 });
      continue;
    }
    for (const [key, inner] of Object.entries(value)) {
      keys += 1;
      chars += key.length;
      stack.push({ value: inner, depth: depth + 1 });
    }
    if (keys > MAX_KEYS) return `record has more than ${MAX_KEYS} keys`;
  }
  return undefined;
}

/** One spelling of a record, for hashing: keys sorted at every level. Call only after `shapeFault` found nothing. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isRaw(value))
    return typeof value === "string" ? JSON.stringify(clean(value)) : (JSON.stringify(value) ?? "null");
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}
