import { isRaw, type Raw } from "./raw.ts";

/** `IPAddress` → `ipAddress`, `AADTenantId` → `aadTenantId`, `device_detail` → `deviceDetail`; a name already so stays. */
export function camel(name: string): string {
  const joined = name.replace(/_([a-z0-9])/g, (_, next: string) => next.toUpperCase());
  return joined.replace(/^[A-Z]+(?=[A-Z][a-z]|[^A-Za-z]|$)|^[A-Z]/, (first) => first.toLowerCase());
}

/** `{"status.errorCode": 0}` → `{status: {errorCode: 0}}`, for the names that pass. */
export function nested(raw: Raw, passes: RegExp): Raw {
  const names = Object.keys(raw).filter((name) => passes.test(name));
  if (names.length === 0) return raw;
  const out: Record<string, unknown> = Object.assign(Object.create(null), raw);
  for (const name of names) {
    let at = out;
    const parts = name.split(".");
    const last = parts.pop() as string;
    for (const part of parts) {
      const inner = at[part];
      at = at[part] = Object.assign(Object.create(null), isRaw(inner) ? inner : {});
    }
    at[last] = raw[name];
  }
  return out;
}

const MAX_DEPTH = 16;

/**
 * The same value with the names of Graph's JSON: PowerShell's module writes them with a capital, Elastic's agents with
 * underscores, and lists as objects numbered from 0.
 */
export function camelDeep(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item) => camelDeep(item, depth + 1));
  if (!isRaw(value)) return value;
  const names = Object.keys(value);
  if (names.length > 0 && names.every((name, i) => name === String(i)))
    return names.map((name) => camelDeep(value[name], depth + 1));
  const out: Record<string, unknown> = {};
  for (const name of names) if (name !== "__proto__") out[camel(name)] = camelDeep(value[name], depth + 1);
  return out;
}
