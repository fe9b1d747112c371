import { DAY } from "../clock.ts";
import type { Rng } from "../random.ts";
import { emptyTenant } from "../state/empty-tenant.ts";
import { APP, MICROSOFT_TENANT, RESOURCE, ROLE, SKU } from "../state/identifiers.ts";
import { REQUIRED_ROLES } from "../state/permissions.ts";
import type { Device, Person, ServicePrincipal, SimUser, Tenant } from "../state/types.ts";
import { newMailbox } from "./mailbox.ts";
import { BROWSERS, COMPANIES, GIVEN, JOBS, SURNAMES } from "./names.ts";
import { addressIn } from "./networks.ts";

interface CompanyOptions {
  seed: string;
  story: string;
  name?: string | undefined;
  now: number;
  p1: boolean;
  p2?: boolean | undefined;
  synced: boolean;
  people?: number | undefined;
  /** Names of companies that exist already: no two share a name or a domain. */
  taken?: ReadonlySet<string>;
}

function freeName(drawn: string, taken: ReadonlySet<string>): string {
  const start = COMPANIES.indexOf(drawn);
  const rotated = [...COMPANIES.slice(start), ...COMPANIES.slice(0, start)];
  for (let round = 1; ; round++) {
    const free = rotated.map((name) => (round === 1 ? name : `${name} ${round}`)).find((name) => !taken.has(name));
    if (free) return free;
  }
}

/** A company as it is before anything happened: people, devices, licences, Microsoft's own applications. */
export function createCompany(rng: Rng, options: CompanyOptions): Tenant {
  const drawn = rng.pick(COMPANIES);
  const displayName = options.name ?? freeName(drawn, options.taken ?? new Set());
  const word =
    displayName
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "")
      .slice(0, 18) || "tenant";
  const british = rng.chance(0.5);
  const tenant: Tenant = {
    ...emptyTenant(rng.uuid()),
    displayName,
    domain: `${word}.example`,
    initialDomain: `${word}${rng.int(100, 999)}.onmicrosoft.com`,
    country: british ? "GB" : "US",
    story: options.story,
    seed: options.seed,
    p1: options.p1,
    p2: options.p2 ?? false,
    installation: { state: "never", servicePrincipalId: rng.uuid(), roles: {}, directoryRoles: [] },
    servicePrincipals: firstPartyApps(rng, options.now),
  };
  const isp = british ? rng.pick(["bt", "virgin"]) : "comcast";
  const office = addressIn(isp, rng);
  const givenNames = rng.sample(GIVEN, 25);
  const surnames = rng.sample(SURNAMES, 25);
  const headcount = options.people ?? rng.int(8, 16);
  for (let index = 0; index < headcount; index++) {
    const user = newUser(rng, tenant, options, index, givenNames[index] ?? "Alex", surnames[index] ?? "Stone");
    tenant.users.push(user);
    const agent = rng.pick(BROWSERS);
    const device = rng.chance(0.8) ? newDevice(rng, user, options.now) : null;
    if (device) tenant.devices.push(device);
    const person: Person = {
      userId: user.id,
      network: isp,
      officeIp: office.ip,
      homeIp: addressIn(isp, rng).ip,
      mobileIp: addressIn(british ? "bt" : "tmobile", rng).ip,
      deviceObjectId: device?.id ?? null,
      browserAgent: agent.userAgent,
      os: agent.os,
      browser: agent.browser,
    };
    tenant.people.push(person);
    tenant.accountRoles[user.id] = index === 0 ? "admin" : index === 1 ? "helpdesk" : "employee";
  }
  tenant.users.push(sharedMailbox(rng, tenant, options));
  return tenant;
}

function newUser(
  rng: Rng,
  tenant: Tenant,
  options: CompanyOptions,
  index: number,
  givenName: string,
  surname: string,
): SimUser {
  const upn = `${givenName}.${surname}@${tenant.domain}`.toLowerCase();
  const created = options.now - rng.int(300, 1500) * DAY;
  const synced = options.synced && index > 0;
  const passwordAt = options.now - rng.int(190, 400) * DAY;
  return {
    id: rng.uuid(),
    upn,
    displayName: `${givenName} ${surname}`,
    givenName,
    surname,
    jobTitle: index === 0 ? "IT Administrator" : index === 1 ? "IT Support" : rng.pick(JOBS),
    mail: upn,
    proxyAddresses: [`SMTP:${upn}`, `smtp:${givenName}@${tenant.initialDomain}`.toLowerCase()],
    accountEnabled: true,
    userType: "Member",
    usageLocation: tenant.country,
    skus: [
      options.p1 ? SKU.businessPremium.id : SKU.businessStandard.id,
      ...(options.p2 ? [SKU.entraP2.id] : []),
      ...(rng.chance(0.3) ? [SKU.flowFree.id] : []),
    ],
    onPremisesSyncEnabled: synced ? true : null,
    onPremisesImmutableId: synced ? Buffer.from(rng.hex(32), "hex").toString("base64") : null,
    createdAt: created,
    lastPasswordChangeAt: passwordAt,
    sessionsValidFrom: passwordAt,
    tokensCutAt: passwordAt,
    puid: `1003200${rng.hex(9).toUpperCase()}`,
    sid: `S-1-12-1-${rng.int(1e8, 2e9)}-${rng.int(1e8, 2e9)}-${rng.int(1e8, 2e9)}-${rng.int(1e8, 2e9)}`,
    roles: index === 0 ? [ROLE.globalAdministrator] : index === 1 ? [ROLE.helpdeskAdministrator] : [],
    passwordGeneration: 1,
    mustChangePassword: false,
    onPremises: synced ? { accountEnabled: true, passwordGeneration: 1 } : null,
    mailbox: newMailbox(rng),
    methods: [
      {
        id: "28c10230-6103-485e-b985-444c60001490",
        type: "passwordAuthenticationMethod",
        createdDateTime: null,
        details: {},
      },
      {
        id: rng.uuid(),
        type: "microsoftAuthenticatorAuthenticationMethod",
        createdDateTime: new Date(created + 2 * DAY).toISOString(),
        details: {
          displayName: "iPhone",
          deviceTag: "SoftwareTokenActivated",
          phoneAppVersion: "6.9.4",
          isDefault: true,
        },
      },
    ],
  };
}

function sharedMailbox(rng: Rng, tenant: Tenant, options: CompanyOptions): SimUser {
  const base = newUser(rng, tenant, { ...options, synced: false }, 2, "Info", "Desk");
  const upn = `info@${tenant.domain}`;
  tenant.accountRoles[base.id] = "shared-mailbox";
  return {
    ...base,
    upn,
    mail: upn,
    displayName: "Info",
    jobTitle: "",
    proxyAddresses: [`SMTP:${upn}`],
    accountEnabled: false,
    skus: [],
    methods: [],
    mailbox: base.mailbox ? { ...base.mailbox, recipientType: "SharedMailbox" } : null,
  };
}

function newDevice(rng: Rng, user: SimUser, now: number): Device {
  return {
    id: rng.uuid(),
    deviceId: rng.uuid(),
    displayName: `LAPTOP-${rng.hex(6).toUpperCase()}`,
    accountEnabled: true,
    operatingSystem: "Windows",
    trustType: "AzureAd",
    ownerId: user.id,
    registeredAt: now - rng.int(200, 700) * DAY,
    lastSignInAt: now - DAY,
    isCompliant: true,
    isManaged: true,
  };
}

export function firstPartyApps(rng: Rng, now: number): ServicePrincipal[] {
  const make = (appId: string, displayName: string, roles: string[]): ServicePrincipal => ({
    id: rng.uuid(),
    appId,
    displayName,
    accountEnabled: true,
    appOwnerOrganizationId: MICROSOFT_TENANT,
    createdAt: now - 1600 * DAY,
    publisher: null,
    replyUrls: [],
    homepage: null,
    tags: [],
    appRoles: roles.map((value) => ({ id: rng.uuid(), value, displayName: value })),
    passwordCredentials: [],
    keyCredentials: [],
  });
  return [
    ...Object.values(RESOURCE).map((r) => make(r.appId, r.name, REQUIRED_ROLES[r.audience] ?? [])),
    make(APP.office.id, APP.office.name, []),
    make(APP.outlookWeb.id, APP.outlookWeb.name, []),
    make("8bd644d1-64a1-4d4b-ae52-2e0cbf64e373", "Microsoft Exchange Message Trace", []),
  ];
}
