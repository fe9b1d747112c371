import { DAY } from "../clock.ts";
import { createRng, type Rng } from "../random.ts";
import { planAttacks } from "./attacks/plan.ts";
import { createCompany } from "./company.ts";
import type { Licence, Population, PopulationOptions, PopulationRecord } from "./contract.ts";
import { planFailedAttacks } from "./failed-attacks.ts";
import { planEpisodes } from "./innocent/plan.ts";
import { addressIn } from "./networks.ts";
import { Pen, type Row } from "./pen.ts";
import { playServices } from "./services.ts";
import type { Company } from "./staff.ts";
import { playDay } from "./working-day.ts";

const SIZES = [200, 120, 80, 55, 38, 28, 18, 12, 5];
const COUNTRIES = ["GB", "US", "DE", "NL", "GB", "US", "GB", "NL", "US"] as const;

/**
 * Companies with their people, the raw Microsoft records of their work, and attacks among it.
 * Throws RangeError when an option is out of its range.
 */
export function population(options: PopulationOptions): Population {
  const { seed, people = 560, days = 60, attacks = 300, volume = 1 } = options;
  const startAt = options.startAt ?? "2026-05-18T00:00:00.000Z";
  const start = Date.parse(startAt);
  if (people < 30 || days < 21 || attacks < 0 || volume <= 0 || volume > 1 || Number.isNaN(start) || start % DAY !== 0)
    throw new RangeError("population: people >= 30, days >= 21, attacks >= 0, 0 < volume <= 1, startAt a midnight UTC");
  const rng = createRng(`population/${seed}`);
  const providerOffice = addressIn("bt", rng.fork("provider"));
  const companies = sizes(people).map((size, index) =>
    createCompany(rng.fork(`company/${index}`), {
      index,
      size,
      country: COUNTRIES[index % COUNTRIES.length] ?? "GB",
      licence: licences(rng, index),
      start,
      days,
      providerOffice,
    }),
  );
  const planned = new Map<string, Row[]>(companies.map((c) => [c.tenant.id, []]));
  const file = (company: Company, rows: Row[]): void => {
    const all = planned.get(company.tenant.id);
    for (const row of rows) all?.push(row);
  };
  const innocents = planEpisodes(rng.fork("innocent"), companies, file);
  const { attacks: attacked, cleanUps } = planAttacks(rng.fork("attacks"), companies, attacks, file);
  const failed = planFailedAttacks(rng.fork("failed"), companies, file);
  for (const rows of planned.values()) rows.sort((a, b) => a.at - b.at);
  return {
    seed,
    startAt: new Date(start).toISOString(),
    endAt: new Date(start + days * DAY).toISOString(),
    companies: companies.map(describe),
    records: (tenantId) => {
      const company = companies.find((c) => c.tenant.id === tenantId);
      if (!company) throw new RangeError(`no company ${tenantId} in this population`);
      return stream(rng.fork(`work/${company.index}`), company, planned.get(tenantId) ?? [], volume);
    },
    truth: { attacks: attacked, innocents: [...innocents, ...cleanUps], failed },
  };
}

function sizes(people: number): number[] {
  const total = SIZES.reduce((a, b) => a + b, 0);
  const out: number[] = [];
  let left = people;
  for (const size of SIZES) {
    const scaled = Math.min(200, Math.max(5, Math.round((size * people) / total)));
    if (left < 5) break;
    out.push(Math.min(scaled, left));
    left -= scaled;
  }
  while (left >= 5) {
    out.push(Math.min(200, left));
    left -= 200;
  }
  return out;
}

/** Every licence occurs among the big and among the small companies; which is which depends on the seed. */
function licences(rng: Rng, index: number): Licence {
  const order = rng.fork(`licences/${Math.floor(index / 3)}`).sample<Licence>(["none", "P1", "P2"], 3);
  return order[index % 3] ?? "P1";
}

const describe = (company: Company): Population["companies"][number] => ({
  tenantId: company.tenant.id,
  name: company.tenant.displayName,
  domain: company.domain,
  country: company.tenant.country,
  licence: company.licence,
  people: company.staff.map((s) => ({
    objectId: s.user.id,
    upn: s.user.upn,
    displayName: s.user.displayName,
    role: s.user.jobTitle === "" ? s.kind : s.user.jobTitle,
    kind: s.kind,
    mfa: s.mfa,
  })),
});

/** Day by day: only records that are written but not yet visible are held. */
function* stream(rng: Rng, company: Company, planned: Row[], volume: number): Generator<PopulationRecord> {
  let waiting: Row[] = [];
  let next = 0;
  for (let d = 0; d < company.dayCount; d++) {
    const pen = new Pen(company, rng.fork(String(d)));
    for (const staff of company.staff) playDay(pen, company, staff, d, volume);
    playServices(pen, company, d, volume);
    const end = company.start + (d + 1) * DAY;
    for (const row of pen.take()) waiting.push(row);
    for (let row = planned[next]; row && row.at < end; row = planned[++next]) waiting.push(row);
    waiting.sort(byAvailability);
    const ready = waiting.findIndex((row) => row.availableAt >= end);
    const cut = ready < 0 ? waiting.length : ready;
    for (const row of waiting.slice(0, cut)) yield toRecord(row);
    waiting = waiting.slice(cut);
  }
  for (; next < planned.length; next++) waiting.push(planned[next]!);
  waiting.sort(byAvailability);
  for (const row of waiting) yield toRecord(row);
}

const byAvailability = (a: Row, b: Row): number => a.availableAt - b.availableAt || a.at - b.at;

const toRecord = (row: Row): PopulationRecord => ({
  source: row.source,
  record: row.record,
  availableAt: new Date(row.availableAt).toISOString(),
});
