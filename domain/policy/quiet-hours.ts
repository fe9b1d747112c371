import type { QuietHours } from "./document.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const minutesOf = (clock: string): number => {
  const [hours = "0", minutes = "0"] = clock.split(":");
  return Number(hours) * 60 + Number(minutes);
};

/** Weekday (1 = Monday) and minute of the day of an instant in a zone. */
function local(at: string, zone: string): { day: number; minute: number } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(at));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return { day: WEEKDAYS.indexOf(part("weekday")) + 1, minute: Number(part("hour")) * 60 + Number(part("minute")) };
}

/** When the quiet hours that hold at this instant end, ISO 8601; undefined outside of them. Equal ends mean the whole day. */
export function quietUntil(quiet: QuietHours, now: string): string | undefined {
  const from = minutesOf(quiet.from);
  const to = minutesOf(quiet.to);
  const { day, minute } = local(now, quiet.zone);
  const yesterday = day === 1 ? 7 : day - 1;
  const length = to > from ? to - from : to + DAY_MINUTES - from;
  const sinceToday = minute - from;
  const sinceYesterday = sinceToday + DAY_MINUTES;
  const since =
    quiet.days.includes(day) && sinceToday >= 0 && sinceToday < length
      ? sinceToday
      : quiet.days.includes(yesterday) && sinceYesterday < length
        ? sinceYesterday
        : undefined;
  if (since === undefined) return undefined;
  const thisMinute = Math.floor(Date.parse(now) / MINUTE_MS) * MINUTE_MS;
  return new Date(thisMinute + (length - since) * MINUTE_MS).toISOString();
}
