import { DAY } from "../clock.ts";
import type { Rng } from "../random.ts";
import type { Address } from "../scenarios/networks.ts";
import { emptyTenant } from "../state/empty-tenant.ts";
import type { Licence } from "./contract.ts";
import { fillDiary } from "./diary.ts";
import { addressIn, rangesOf } from "./networks.ts";
import { employee, guest, otherAccount } from "./people.ts";
import type { Company } from "./staff.ts";
import { FIRMS, PARTNERS, TRADES } from "./vocabulary.ts";

export interface CompanySpec {
  index: number;
  size: number;
  country: "GB" | "US" | "DE" | "NL";
  licence: Licence;
  start: number;
  days: number;
  /** Where the administrators of small companies sit: at the firm that looks after several of them. */
  providerOffice: Address;
}

/** Public holidays that fall into the population's usual weeks (early summer of 2026). */
const HOLIDAYS: Record<CompanySpec["country"], string[]> = {
  GB: ["2026-05-25", "2026-08-31"],
  US: ["2026-05-25", "2026-06-19", "2026-07-03", "2026-09-07"],
  DE: ["2026-05-25", "2026-06-04"],
  NL: ["2026-05-25"],
};
/** Summer time; a population does not cross its end. */
const ZONES: Record<CompanySpec["country"], number[]> = { GB: [1], DE: [2], NL: [2], US: [-4, -5, -6, -7] };

/** A company with its people, computers and each person's plan for every day. */
export function createCompany(rng: Rng, spec: CompanySpec): Company {
  const name = `${FIRMS[(spec.index * 5 + rng.int(0, 4)) % FIRMS.length]} ${rng.pick(TRADES)}`;
  const word = `${name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "")
    .slice(0, 16)}${spec.index}`;
  const tenant = {
    ...emptyTenant(rng.uuid()),
    displayName: name,
    domain: `${word}.example`,
    initialDomain: `${word}${rng.int(100, 999)}.onmicrosoft.com`,
    country: spec.country,
    p1: spec.licence !== "none",
    p2: spec.licence === "P2",
  };
  const isps = rangesOf("isp", spec.country);
  const offices = Array.from({ length: spec.size > 60 ? 3 : spec.size > 20 ? 2 : 1 }, () =>
    addressIn(rng.pick(isps), rng),
  );
  const company: Company = {
    index: spec.index,
    tenant,
    licence: spec.licence,
    zone: rng.pick(ZONES[spec.country]),
    staff: [],
    offices,
    gateways: spec.size >= 35 && rng.chance(0.7) ? gateways(rng, spec) : [],
    application: spec.size > 15 ? application(rng) : null,
    capitals: spec.index % 3 === 1,
    domain: tenant.domain,
    partners: rng.sample(PARTNERS, 7),
    holidays: new Set(HOLIDAYS[spec.country].map((d) => Math.round((Date.parse(d) - spec.start) / DAY))),
    start: spec.start,
    dayCount: spec.days,
  };
  const taken = new Set<string>();
  const admins = Math.max(1, Math.round(spec.size / 18));
  for (let n = 0; n < spec.size; n++) company.staff.push(employee(rng, company, n < admins ? n : -1, taken));
  for (const account of serviceAccounts(spec.size)) company.staff.push(otherAccount(rng, company, account, "service"));
  company.staff.push(otherAccount(rng, company, "info", "shared-mailbox"));
  if (spec.size > 10) company.staff.push(otherAccount(rng, company, "invoices", "shared-mailbox"));
  for (let n = 0; n < Math.floor(spec.size / 15); n++) company.staff.push(guest(rng, company));
  if (spec.size < 30)
    for (const staff of company.staff) if (staff.kind === "admin") Object.assign(staff, providersDesk(rng, spec));
  for (const staff of company.staff) fillDiary(rng.fork(`diary/${staff.user.id}`), company, staff);
  return company;
}

/** An administrator of the firm that looks after small companies lives and works near its office. */
const providersDesk = (rng: Rng, spec: CompanySpec) => ({
  office: spec.providerOffice,
  officeShare: 1,
  zone: 1,
  homeIsp: rng.pick(rangesOf("isp", "GB")),
  carrier: rng.pick(rangesOf("mobile", "GB")),
});

/** The exit of the company's gateway; some companies get a new one in the middle. */
function gateways(rng: Rng, spec: CompanySpec): Company["gateways"] {
  const draw = () => addressIn(rng.pick(rangesOf("gateway", spec.country)), rng);
  const first = { from: 0, address: draw() };
  return rng.chance(0.4) ? [first, { from: rng.int(8, spec.days - 4), address: draw() }] : [first];
}

const application = (rng: Rng): NonNullable<Company["application"]> => ({
  id: rng.uuid(),
  appId: rng.uuid(),
  name: rng.pick(["Mail Archive", "Signature Manager", "Cloud Backup"]),
  machine: addressIn(rng.pick(["azure-nl", "aws-de", "hetzner-de", "aws-us"]), rng),
});

const serviceAccounts = (size: number): string[] => [
  "scanner",
  ...(size > 15 ? ["backup", "crm-sync"] : []),
  ...(size > 60 ? ["reporting"] : []),
];
