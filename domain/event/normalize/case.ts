import { isRaw } from "./raw.ts";

/** `IPAddress` → `ipAddress`, `AADTenantId` → `aadTenantId`, `device_detail` → `deviceDetail`; a name already so stays. */
export function camel(name: string): string {
  const joined = name.replace(/_([a-z0-9])/g, (_, next: string) => next.toUpperCase());
  return joined.replace(/^[A-Z]+(?=[A-Z][a-z]|[^A-Za-z]|$)|^[A-Z]/, (first) => first.toLowerCase());
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
