import type { Agent } from "../records/sign-in.ts";
import type { Address } from "../scenarios/networks.ts";
import type { Device, SimUser, Tenant } from "../state/types.ts";
import type { Browser } from "./agents.ts";
import type { Licence } from "./contract.ts";

export type Role = "executive" | "finance" | "hr" | "sales" | "assistant" | "developer" | "office" | "field" | "shift";

export interface Trip {
  from: number;
  to: number;
  country: string;
  hotel: Address;
  purpose: "business" | "holiday";
}

/** Where and how a person works on one day. */
export interface Day {
  mode: "off" | "light" | "office" | "home" | "field" | "trip";
  /** Milliseconds after midnight UTC. */
  start: number;
  home: Address;
  trip: Trip | null;
  /** Entra session ids; a computer's session lives for days or weeks, a telephone's longer. */
  computerSession: string;
  phoneSession: string;
  newComputerSession: boolean;
  newPhoneSession: boolean;
  privateVpn: boolean;
}

/** The person's devices from a day on. */
export interface Equipment {
  from: number;
  computer: Device | null;
  phone: Agent | null;
  /** The telephone as Entra knows it, when it is registered. */
  phoneDevice: Device | null;
}

export interface Staff {
  user: SimUser;
  kind: "employee" | "admin" | "service" | "guest" | "shared-mailbox";
  role: Role;
  /** Hours to add to UTC. */
  zone: number;
  mfa: boolean;
  /** Share of working days in the office, the rest at home. */
  officeShare: number;
  worksWeekends: boolean;
  /** Ordinary activity compared with the average of 1. */
  busy: number;
  browser: Browser;
  usesOutlook: boolean;
  /** Reads mail in the telephone's own application where it has one. */
  nativeMail: boolean;
  /** In order of time; the last that has begun is in use. */
  equipment: Equipment[];
  carrier: string;
  homeIsp: string;
  /** Name of the consumer VPN or relay range the person's browser uses on some days. */
  vpn: string | null;
  office: Address | null;
  /** Where a service account's program runs. */
  machine: Address | null;
  /** First and last day with the company. */
  joins: number;
  leaves: number;
  days: Day[];
}

export interface Application {
  id: string;
  appId: string;
  name: string;
  machine: Address;
}

export interface Company {
  index: number;
  tenant: Tenant;
  licence: Licence;
  zone: number;
  staff: Staff[];
  offices: Address[];
  /** Where the company's own VPN or web gateway comes out, from which day on; empty when it has none. */
  gateways: { from: number; address: Address }[];
  /** The company's own program with rights to every mailbox, and the machine it runs on. */
  application: Application | null;
  /** Whether names are written with capitals in user principal names. */
  capitals: boolean;
  domain: string;
  /** Firms the company writes to. */
  partners: string[];
  holidays: ReadonlySet<number>;
  start: number;
  dayCount: number;
}

export const employees = (company: Company): Staff[] =>
  company.staff.filter((s) => s.kind === "employee" || s.kind === "admin");

/** People who are with the company on every day from `from` to `to`. */
export const present = (staff: Staff, from: number, to: number): boolean => staff.joins <= from && staff.leaves > to;

export const dayOf = (company: Company, at: number): number => Math.floor((at - company.start) / 86_400_000);

export const account = (staff: Staff): { objectId: string; upn: string } => ({
  objectId: staff.user.id,
  upn: staff.user.upn,
});

/** The company's gateway on day `d`. */
export const gatewayOn = (company: Company, d: number): Address | null =>
  company.gateways.findLast((g) => g.from <= d)?.address ?? null;

const NOTHING: Equipment = { from: 0, computer: null, phone: null, phoneDevice: null };

export const equipmentOn = (staff: Staff, d: number): Equipment =>
  staff.equipment.findLast((e) => e.from <= d) ?? NOTHING;
