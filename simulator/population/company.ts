import { DAY, HOUR } from "../clock.ts";
import type { Rng } from "../random.ts";
import { newMailbox } from "../scenarios/mailbox.ts";
import type { Address } from "../scenarios/networks.ts";
import { emptyTenant } from "../state/empty-tenant.ts";
import { ROLE } from "../state/identifiers.ts";
import type { Device, SimUser } from "../state/types.ts";
import { ANDROID, type Browser, IPHONE } from "./agents.ts";
import type { Licence } from "./contract.ts";
import { fillDiary } from "./diary.ts";
import { addressIn, rangesOf } from "./networks.ts";
import type { Company, Role, Staff } from "./staff.ts";
import { FIRMS, FIRST, JOBS, LAST, PARTNERS, TRADES } from "./vocabulary.ts";

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
    for (const staff of company.staff)
      if (staff.kind === "admin") Object.assign(staff, { office: spec.providerOffice, officeShare: 1 });
  for (const staff of company.staff) fillDiary(rng.fork(`diary/${staff.user.id}`), company, staff);
  return company;
}

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

const ROLES: [Role, number][] = [
  ["office", 34],
  ["sales", 16],
  ["finance", 11],
  ["field", 13],
  ["shift", 9],
  ["hr", 5],
  ["assistant", 4],
  ["developer", 4],
  ["executive", 4],
];

function drawRole(rng: Rng, position: number): Role {
  if (position === 0) return "executive";
  if (position === 1) return "finance";
  if (position === 2) return "hr";
  let left = rng.int(0, 99);
  for (const [role, share] of ROLES) {
    left -= share;
    if (left < 0) return role;
  }
  return "office";
}

const ADMIN_ROLES = [
  ROLE.globalAdministrator,
  ROLE.helpdeskAdministrator,
  ROLE.exchangeAdministrator,
  ROLE.globalAdministrator,
];

function employee(rng: Rng, company: Company, admin: number, taken: Set<string>): Staff {
  const { tenant } = company;
  let first = rng.pick(FIRST);
  let last = rng.pick(LAST);
  while (taken.has(`${first}.${last}`)) {
    first = rng.pick(FIRST);
    last = rng.pick(LAST);
  }
  taken.add(`${first}.${last}`);
  const role = admin >= 0 ? "office" : drawRole(rng, company.staff.filter((s) => s.kind === "employee").length);
  const job = admin >= 0 ? (admin === 1 ? "IT Support" : "IT Administrator") : rng.pick(JOBS[role]);
  const user = newUser(
    rng,
    company,
    company.capitals ? `${first}.${last}` : `${first}.${last}`.toLowerCase(),
    `${first} ${last}`,
    job,
  );
  if (admin >= 0) user.roles = [ADMIN_ROLES[admin % ADMIN_ROLES.length] ?? ROLE.globalAdministrator];
  const browser = rng.pick<Browser>(["edge", "edge", "edge", "chrome", "chrome", "safari", "chrome-mac", "firefox"]);
  const mac = browser === "safari" || browser === "chrome-mac";
  const computer = rng.chance(role === "shift" ? 0.3 : 0.85)
    ? device(rng, user, company, mac ? "MacMDM" : "Windows")
    : null;
  if (computer) tenant.devices.push(computer);
  const phone = rng.chance(0.85) ? rng.pick([IPHONE, ANDROID]) : null;
  const isps = rangesOf("isp", tenant.country);
  const relays = [...rangesOf("relay", tenant.country), ...rangesOf("vpn")];
  tenant.users.push(user);
  return {
    user,
    kind: admin >= 0 ? "admin" : "employee",
    role,
    zone: company.zone,
    mfa: rng.chance(company.licence === "none" ? 0.8 : 0.95) || admin >= 0,
    officeShare: role === "field" ? 0.2 : role === "shift" ? 1 : rng.pick([1, 0.8, 0.6, 0.6, 0.4, 0]),
    worksWeekends: role === "executive" ? rng.chance(0.5) : role === "shift" || rng.chance(0.1),
    busy: role === "shift" ? 0.35 : role === "field" ? 0.6 : 0.7 + rng.next() * 0.7,
    browser,
    usesOutlook: !mac && rng.chance(0.7),
    phone,
    nativeMail: phone === IPHONE && rng.chance(0.2),
    computer,
    phoneDevice:
      phone && rng.chance(0.5) ? device(rng, user, company, phone === IPHONE ? "IPhone" : "AndroidForWork") : null,
    carrier: rng.pick(rangesOf("mobile", tenant.country)),
    homeIsp: rng.pick(isps),
    vpn: rng.chance(0.06) ? rng.pick(relays) : null,
    machine: null,
    office: role === "field" ? (company.offices[0] ?? null) : rng.pick(company.offices),
    joins: 0,
    leaves: company.dayCount + 1,
    days: [],
  };
}

function otherAccount(rng: Rng, company: Company, name: string, kind: "service" | "shared-mailbox"): Staff {
  const user = newUser(rng, company, name, name.charAt(0).toUpperCase() + name.slice(1), "");
  if (kind === "shared-mailbox") {
    user.accountEnabled = false;
    if (user.mailbox) user.mailbox = { ...user.mailbox, recipientType: "SharedMailbox" };
  }
  company.tenant.users.push(user);
  return bare(rng, company, user, kind);
}

function guest(rng: Rng, company: Company): Staff {
  const [first, last] = [rng.pick(FIRST).toLowerCase(), rng.pick(LAST).toLowerCase()];
  const home = rng.pick(company.partners);
  const user = newUser(rng, company, `${first}.${last}${rng.int(2, 99)}`, `${first} ${last}`, "");
  user.upn = `${first}.${last}_${home}#EXT#@${company.tenant.initialDomain}`;
  user.mail = `${first}.${last}@${home}`;
  user.userType = "Guest";
  user.mailbox = null;
  company.tenant.users.push(user);
  return bare(rng, company, user, "guest");
}

function bare(rng: Rng, company: Company, user: SimUser, kind: Staff["kind"]): Staff {
  const { country } = company.tenant;
  return {
    user,
    kind,
    role: "office",
    zone: company.zone,
    mfa: kind === "guest",
    officeShare: 0,
    worksWeekends: false,
    busy: 1,
    browser: rng.pick<Browser>(["edge", "chrome", "chrome-mac"]),
    usesOutlook: false,
    phone: null,
    nativeMail: false,
    computer: null,
    phoneDevice: null,
    carrier: rng.pick(rangesOf("mobile", country)),
    homeIsp: rng.pick(rangesOf("isp", country)),
    vpn: null,
    office: null,
    machine:
      kind === "service"
        ? user.upn.startsWith("scanner@")
          ? (company.offices[0] ?? null)
          : addressIn(rng.pick(["azure-nl", "aws-de", "hetzner-de", "aws-us"]), rng)
        : null,
    joins: 0,
    leaves: company.dayCount + 1,
    days: [],
  };
}

export function newUser(rng: Rng, company: Company, name: string, displayName: string, jobTitle: string): SimUser {
  const { tenant } = company;
  const [givenName = name, surname = ""] = displayName.split(" ");
  const upn = `${name}@${tenant.domain}`;
  const created = company.start - rng.int(100, 1500) * DAY;
  return {
    id: rng.uuid(),
    upn,
    displayName,
    givenName,
    surname,
    jobTitle,
    mail: upn,
    proxyAddresses: [`SMTP:${upn}`],
    accountEnabled: true,
    userType: "Member",
    usageLocation: tenant.country,
    skus: [],
    onPremisesSyncEnabled: null,
    onPremisesImmutableId: null,
    createdAt: created,
    lastPasswordChangeAt: created,
    sessionsValidFrom: created,
    tokensCutAt: created,
    puid: `1003200${rng.hex(9).toUpperCase()}`,
    sid: `S-1-5-21-${rng.int(1e8, 4e9)}-${rng.int(1e8, 4e9)}-${rng.int(1e8, 4e9)}-${rng.int(1e6, 9e7)}`,
    roles: [],
    passwordGeneration: 1,
    mustChangePassword: false,
    onPremises: null,
    mailbox: newMailbox(rng),
    methods: [],
  };
}

export function device(rng: Rng, user: SimUser, company: Company, operatingSystem: string): Device {
  const managed = company.licence !== "none" && rng.chance(0.8);
  return {
    id: rng.uuid(),
    deviceId: rng.uuid(),
    displayName:
      operatingSystem === "Windows"
        ? `LAPTOP-${rng.hex(6).toUpperCase()}`
        : `${user.givenName}'s ${operatingSystem === "MacMDM" ? "MacBook" : "phone"}`,
    accountEnabled: true,
    operatingSystem,
    trustType: operatingSystem === "Windows" ? "AzureAd" : "Workplace",
    ownerId: user.id,
    registeredAt: company.start - rng.int(20, 700) * DAY,
    lastSignInAt: company.start - HOUR,
    isCompliant: managed,
    isManaged: managed,
  };
}
