/** A raw record: any JSON object. Values are hostile; these readers never throw and never hand out the raw object. */
export type Raw = { readonly [key: string]: unknown };

const MAX_FIELD = 32 * 1024;
const MAX_NAMES = 200;

export function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Text a store and a screen can take: NUL and lone surrogates become U+FFFD, and fields end at 32 kB. */
export function clean(text: string): string {
  const short = text.length > MAX_FIELD ? text.slice(0, MAX_FIELD) : text;
  return short.includes("\u0000") ? short.replaceAll("\u0000", "\uFFFD").toWellFormed() : short.toWellFormed();
}

/** Own field as cleaned text; numbers and booleans are written out; empty and "<null>" count as missing. */
export function text(raw: Raw | undefined, ...names: string[]): string | undefined {
  for (const name of names) {
    if (!raw || !Object.hasOwn(raw, name)) continue;
    const found = asText(raw[name]);
    if (found) return found;
  }
  return undefined;
}

export function asText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return undefined;
  const trimmed = clean(value).trim();
  return trimmed === "" || trimmed === "<null>" || trimmed === "null" ? undefined : trimmed;
}

export function object(raw: Raw | undefined, ...names: string[]): Raw | undefined {
  for (const name of names) {
    const value = raw && Object.hasOwn(raw, name) ? fromText(raw[name]) : undefined;
    if (isRaw(value)) return value;
  }
  return undefined;
}

export function list(raw: Raw | undefined, ...names: string[]): unknown[] {
  for (const name of names) {
    const value = raw && Object.hasOwn(raw, name) ? fromText(raw[name]) : undefined;
    if (Array.isArray(value)) return value;
  }
  return [];
}

/** true/false in any spelling a record or an export uses. */
export function flag(raw: Raw | undefined, ...names: string[]): boolean | undefined {
  return asFlag(text(raw, ...names));
}

export function asFlag(value: string | undefined): boolean | undefined {
  if (!value) return undefined;
  if (/^(true|yes|1|\$true)$/i.test(value)) return true;
  return /^(false|no|0|\$false)$/i.test(value) ? false : undefined;
}

/** JSON inside text is opened once; other values come back as they are. */
export function fromText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const first = value.trimStart()[0];
  if ((first !== "{" && first !== "[") || value.length > 1024 * 1024) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Name/value pairs, first one wins, names lower-cased for look-up. */
export class Pairs {
  readonly #byName = new Map<string, { name: string; value: string }>();

  add(name: string | undefined, value: string | undefined): void {
    if (!name || value === undefined || this.#byName.size >= MAX_NAMES) return;
    const key = name.toLowerCase();
    if (!this.#byName.has(key)) this.#byName.set(key, { name, value });
  }

  get(...names: string[]): string | undefined {
    for (const name of names) {
      const found = this.#byName.get(name.toLowerCase())?.value;
      if (found) return found;
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.#byName.has(name.toLowerCase());
  }

  flag(...names: string[]): boolean | undefined {
    return asFlag(this.get(...names));
  }

  entries(): { name: string; value: string }[] {
    return [...this.#byName.values()];
  }
}

/**
 * Parameters, ExtendedProperties, DeviceProperties and their like, in each form they come in: a list of
 * {Name, Value} (or name/value, key/value), the same as JSON text, a plain object, or PowerShell text
 * (`-Name "x" -Enabled $true`).
 */
export function pairs(value: unknown): Pairs {
  const out = new Pairs();
  const opened = fromText(value);
  if (Array.isArray(opened)) {
    for (const item of opened) {
      if (!isRaw(item)) continue;
      out.add(text(item, "Name", "name", "Key", "key", "displayName"), valueText(item.Value ?? item.value ?? ""));
    }
  } else if (isRaw(opened)) {
    for (const [name, inner] of Object.entries(opened)) out.add(clean(name), valueText(inner));
  } else if (typeof opened === "string") {
    powershell(clean(opened), out);
  }
  return out;
}

function valueText(value: unknown): string {
  if (typeof value === "string") return clean(value).trim();
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value);
  return clean(JSON.stringify(value));
}

const ARGUMENT = /-([A-Za-z][\w.]{0,80})[ :]+("(?:[^"]|"")*"|'[^']*'|\([^)]*\)|@\{[^}]*\}|[^\s"'(]\S*)/g;

function powershell(line: string, out: Pairs): void {
  for (const match of line.matchAll(ARGUMENT)) {
    const bare = (match[2] ?? "").replace(/^\((.*)\)$/s, "$1").replace(/^["'](.*)["']$/s, "$1");
    out.add(match[1], bare);
  }
}

/** Copies pairs into a plain record of flat text for the event's `params`. */
export function flat(...sources: Pairs[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const source of sources) {
    for (const { name, value } of source.entries()) {
      if (name !== "__proto__" && value !== "" && !Object.hasOwn(out, name)) out[name] = value;
    }
  }
  return out;
}

/** Drops undefined members, so that optional fields are absent rather than undefined. */
export function defined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  const out: Partial<T> = {};
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] !== undefined) out[key] = value[key];
  return out as T;
}
