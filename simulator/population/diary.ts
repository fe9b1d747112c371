import { DAY, HOUR, MINUTE } from "../clock.ts";
import type { Rng } from "../random.ts";
import { addressIn, rangesOf } from "./networks.ts";
import type { Company, Day, Staff, Trip } from "./staff.ts";

const ABROAD: Record<string, string[]> = {
  GB: ["ES", "FR", "US", "IE", "PT", "AE"],
  US: ["GB", "CA", "DE", "SG", "FR"],
  DE: ["ES", "IT", "NL", "US", "FR"],
  NL: ["DE", "ES", "GB", "FR", "ZA"],
};

/** Plans every day of one person: at work or not, where, and the sessions of the person's devices. */
export function fillDiary(rng: Rng, company: Company, staff: Staff): void {
  const works = staff.kind === "employee" || staff.kind === "admin";
  const trips = works ? planTrips(rng, company, staff) : [];
  const leave = works && rng.chance(0.45) ? rng.int(5, company.dayCount) : -1;
  const leaveDays = rng.int(4, 12);
  const usualStart = staff.role === "shift" ? rng.pick([5, 6, 13, 21]) : 7 + rng.next() * 2.5;
  const partTime = works && rng.chance(0.15) ? rng.int(1, 5) : -1;
  // who never comes to the office may live anywhere in the country
  const city = staff.officeShare === 0 ? undefined : staff.office?.city;
  let home = addressIn(staff.homeIsp, rng, { ...(city ? { city } : {}), v6: rng.chance(0.15) });
  const steadyHome = rng.chance(0.6);
  let computerSession = rng.uuid();
  let phoneSession = rng.uuid();
  let computerAge = rng.int(0, 12);
  const sessionLife = staff.kind === "service" ? 999 : rng.int(4, 25);
  for (let d = 0; d < company.dayCount; d++) {
    const weekday = new Date(company.start + d * DAY).getUTCDay();
    const weekend = weekday === 0 || weekday === 6;
    const trip = trips.find((t) => d >= t.from && d <= t.to) ?? null;
    const onLeave = leave >= 0 && d >= leave && d < leave + leaveDays;
    if (!steadyHome && rng.chance(0.12)) home = addressIn(staff.homeIsp, rng, { city: home.city });
    const newComputerSession = computerAge >= sessionLife;
    if (newComputerSession) {
      computerSession = rng.uuid();
      computerAge = 0;
    }
    const newPhoneSession = rng.chance(0.012);
    if (newPhoneSession) phoneSession = rng.uuid();
    const day: Day = {
      mode: "off",
      start: startOf(rng, trip ? zoneOf(trip.country, staff.zone) : staff.zone, usualStart),
      home,
      trip,
      computerSession,
      phoneSession,
      newComputerSession,
      newPhoneSession,
      privateVpn: staff.vpn !== null && rng.chance(0.4),
    };
    const inTheAir = trips.some((t) => isFar(company, t) && (d === t.from || d === t.to + 1));
    if (works && !inTheAir)
      day.mode = modeOf(rng, company, staff, { d, weekend, weekday, trip, away: onLeave, partTime });
    staff.days.push(day);
    if (day.mode !== "off") computerAge++;
  }
}

function modeOf(
  rng: Rng,
  company: Company,
  staff: Staff,
  day: { d: number; weekend: boolean; weekday: number; trip: Trip | null; away: boolean; partTime: number },
): Day["mode"] {
  if (day.trip?.purpose === "holiday") return rng.chance(0.35) ? "light" : "off";
  if (day.weekend && !(staff.role === "shift" && rng.chance(0.5)))
    return staff.worksWeekends && rng.chance(0.5) ? "light" : "off";
  if (company.holidays.has(day.d) || day.away) return rng.chance(staff.worksWeekends ? 0.3 : 0.06) ? "light" : "off";
  if (day.weekday === day.partTime || rng.chance(0.02)) return "off";
  if (day.trip) return "trip";
  if (staff.role === "field") return rng.chance(0.7) ? "field" : rng.chance(0.5) ? "office" : "home";
  return rng.chance(staff.officeShare) ? "office" : "home";
}

function planTrips(rng: Rng, company: Company, staff: Staff): Trip[] {
  const often = staff.role === "executive" || staff.role === "sales" ? 0.35 : 0.07;
  const trips: Trip[] = [];
  const add = (purpose: Trip["purpose"], from: number, length: number, country: string): void => {
    const nets = [...rangesOf("isp", country), ...rangesOf("mobile", country)];
    if (nets.length === 0 || trips.some((t) => from <= t.to + 2 && from + length >= t.from - 2)) return;
    trips.push({ from, to: from + length, country, purpose, hotel: addressIn(rng.pick(nets), rng) });
  };
  const countries = ABROAD[company.tenant.country] ?? [];
  if (rng.chance(often)) add("business", rng.int(2, company.dayCount - 6), rng.int(1, 4), rng.pick(countries));
  if (rng.chance(often / 2)) add("business", rng.int(2, company.dayCount - 6), rng.int(0, 2), company.tenant.country);
  if (rng.chance(0.12)) add("holiday", rng.int(3, company.dayCount - 9), rng.int(5, 10), rng.pick(countries));
  return trips;
}

const NEAR = new Set(["GB", "IE", "PT", "FR", "ES", "DE", "NL", "IT"]);

/** A flight so long that nobody works on the day of it. */
const isFar = (company: Company, trip: Trip): boolean =>
  trip.country !== company.tenant.country && !(NEAR.has(trip.country) && NEAR.has(company.tenant.country));

const ZONE_OF: Record<string, number> = {
  GB: 1,
  IE: 1,
  PT: 1,
  FR: 2,
  ES: 2,
  DE: 2,
  NL: 2,
  IT: 2,
  ZA: 2,
  US: -5,
  CA: -4,
  AE: 4,
  SG: 8,
};
const zoneOf = (country: string, own: number): number => ZONE_OF[country] ?? own;

/** Morning in the person's zone as milliseconds after midnight UTC, never before it. */
const startOf = (rng: Rng, zone: number, usual: number): number =>
  Math.max(10 * MINUTE, Math.round((usual - zone) * HOUR + (rng.next() - 0.5) * 50 * MINUTE));
