/** "41 s", "12 min", "3 h", "4 days": one unit, for delays and ages. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return `${s} s`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min`;
  if (s < 36 * 3600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

/** "16:39" or "1:02:07": a clock of a duration. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const rest = `${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  if (hours > 99) return span(s);
  return hours > 0 ? `${hours}:${rest}` : rest.replace(/^0(\d)/, "$1");
}

export function relative(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  return seconds < 0 ? `in ${span(-seconds)}` : `${span(seconds)} ago`;
}

export type TimeForm = "time" | "minute" | "date" | "datetime" | "short";
const FORMS: Record<TimeForm, Intl.DateTimeFormatOptions> = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  minute: { hour: "2-digit", minute: "2-digit" },
  date: { day: "numeric", month: "short", year: "numeric" },
  datetime: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  short: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
};
const formats = new Map<string, Intl.DateTimeFormat>();

export function format(iso: string, form: TimeForm, zone: string): string {
  const key = `${form} ${zone}`;
  const known =
    formats.get(key) ?? new Intl.DateTimeFormat("en-GB", { ...FORMS[form], hourCycle: "h23", timeZone: zone });
  formats.set(key, known);
  return known.format(new Date(iso));
}

/** The day in the zone, to see whether two times need their dates. */
export const dayOf = (iso: string, zone: string): string => format(iso, "date", zone);

/** "London, UTC+0" for the foot of the rail. */
export function zoneName(zone: string, at: Date): string {
  const offset = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "shortOffset" })
    .formatToParts(at)
    .find((part) => part.type === "timeZoneName")?.value;
  const utc = (offset ?? "GMT").replace("GMT", "UTC");
  if (zone === "UTC") return "UTC";
  const city = zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
  return `${city}, ${utc === "UTC" ? "UTC+0" : utc}`;
}
