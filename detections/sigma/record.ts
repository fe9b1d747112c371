/** A native record: any JSON object. */
export type Raw = { readonly [key: string]: unknown };
/** What a field says: every text found, null where a null was recorded, nothing where it is not there. */
export type Said = (string | null)[];
export type Field = (record: Raw) => Said;

const MAX_SAID = 256;
const MAX_TEXT = 32 * 1024;

const cut = (text: string): string => (text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text);

/** All values along a path; lists are gone through, an object or list at the end is said as JSON text too. */
export function alongPath(path: readonly string[]): Field {
  return (record) => {
    const out: Said = [];
    walk(record, path, 0, out);
    return out;
  };
}

function walk(value: unknown, path: readonly string[], at: number, out: Said): void {
  if (out.length >= MAX_SAID) return;
  if (Array.isArray(value)) {
    if (at === path.length) out.push(cut(JSON.stringify(value)));
    for (const inner of value) walk(inner, path, at, out);
    return;
  }
  if (at === path.length) {
    say(value, out);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const inner = member(value as Raw, path[at]!);
  if (inner !== undefined) walk(inner, path, at + 1, out);
}

/** Own members only; a name in another case is found too. */
function member(value: Raw, name: string): unknown {
  if (Object.hasOwn(value, name)) return value[name];
  const wanted = name.toLowerCase();
  for (const key of Object.keys(value))
    if (key.length === wanted.length && key.toLowerCase() === wanted) return value[key];
  return undefined;
}

export function say(value: unknown, out: Said): void {
  if (value === undefined) return;
  if (value === null) out.push(null);
  else if (typeof value === "string") out.push(cut(value));
  else if (typeof value === "object") out.push(cut(JSON.stringify(value)));
  else out.push(String(value));
}

/** Several fields read as one. */
export const joined =
  (...fields: Field[]): Field =>
  (record) =>
    fields.flatMap((field) => field(record));

export const mapped =
  (field: Field, how: (text: string) => string | undefined): Field =>
  (record) =>
    field(record).flatMap((text) => (text === null ? [] : (how(text) ?? [])));

/** The whole record as one text, for keywords. */
export const wholeRecord: Field = (record) => [cut(JSON.stringify(record))];
