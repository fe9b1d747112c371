import { DAY, HOUR } from "../clock.ts";
import type { Rng } from "../random.ts";
import { newMailbox } from "../scenarios/mailbox.ts";
import { ROLE } from "../state/identifiers.ts";
import type { Device, SimUser } from "../state/types.ts";
import { ANDROID, type Browser, IPHONE } from "./agents.ts";
import { addressIn, rangesOf } from "./networks.ts";
import type { Company, Role, Staff } from "./staff.ts";
import { FIRST, JOBS, LAST } from "./vocabulary.ts";

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

export function employee(rng: Rng, company: Company, admin: number, taken: Set<string>): Staff {
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
  const phoneDevice =
    phone && rng.chance(0.5) ? device(rng, user, company, phone === IPHONE ? "IPhone" : "AndroidForWork") : null;
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
    nativeMail: rng.chance(0.2),
    equipment: [{ from: 0, computer, phone, phoneDevice }],
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

export function otherAccount(rng: Rng, company: Company, name: string, kind: "service" | "shared-mailbox"): Staff {
  const user = newUser(rng, company, name, name.charAt(0).toUpperCase() + name.slice(1), "");
  if (kind === "shared-mailbox") {
    user.accountEnabled = false;
    if (user.mailbox) user.mailbox = { ...user.mailbox, recipientType: "SharedMailbox" };
  }
  company.tenant.users.push(user);
  return bare(rng, company, user, kind);
}

export function guest(rng: Rng, company: Company): Staff {
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
    nativeMail: false,
    equipment: [],
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
