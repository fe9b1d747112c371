/** As Microsoft mostly writes it, on a day that every month has: nothing is to be computed. */
const PLAIN = /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z?$/;
const US =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?\s*(AM|PM)?\s*(?:UTC|Z)?$/i;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i;
const DOTNET = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/;

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

function millis(fraction: string | undefined): number {
  return fraction ? Number(fraction.slice(0, 3).padEnd(3, "0")) : 0;
}

function emit(ms: number): string | undefined {
  return Number.isFinite(ms) && ms >= EARLIEST && ms < LATEST ? new Date(ms).toISOString() : undefined;
}

function utc(y: number, mo: number, d: number, h: number, mi: number, s: number, ms: number): number | undefined {
  if (mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 60) return undefined;
  return Date.UTC(y, mo - 1, d, h, mi, s, ms);
}

/**
 * Time of a record as ISO 8601 UTC. A time without a zone is UTC, as the Management Activity API writes it; the
 * machine's own zone never enters. Also reads the US form of Excel and Log Analytics exports (month first),
 * `/Date(ms)/` and epoch seconds or milliseconds. Undefined when it is none of these or outside 2000–2100.
 */
export function parseTime(value: unknown): string | undefined {
  if (typeof value === "number") return emit(value < 1e11 ? value * 1000 : value);
  if (typeof value !== "string" || value.length > 64) return undefined;
  if (PLAIN.test(value)) {
    const bare = value.endsWith("Z") ? value.slice(0, -1) : value;
    return bare.length === 19 ? `${bare}.000Z` : `${bare}Z`;
  }
  const text = value.trim();
  const iso = ISO.exec(text);
  if (iso) {
    const [, y, mo, d, h, mi, s, f, zone] = iso;
    const base = utc(Number(y), Number(mo), Number(d), Number(h ?? 0), Number(mi ?? 0), Number(s ?? 0), millis(f));
    return base === undefined ? undefined : emit(base - offset(zone));
  }
  const us = US.exec(text);
  if (us) {
    const [, mo, d, y, h, mi, s, f, half] = us;
    let hour = Number(h);
    if (half && hour === 12) hour = 0;
    if (half?.toUpperCase() === "PM") hour += 12;
    const base = utc(Number(y), Number(mo), Number(d), hour, Number(mi), Number(s ?? 0), millis(f));
    return base === undefined ? undefined : emit(base);
  }
  const dotnet = DOTNET.exec(text);
  if (dotnet) return emit(Number(dotnet[1]));
  return /^\d{10}(?:\d{3})?$/.test(text) ? parseTime(Number(text)) : undefined;
}

function offset(zone: string | undefined): number {
  if (!zone || !/^[+-]/.test(zone)) return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}
