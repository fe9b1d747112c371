import { networkOf } from "#domain/event/address.ts";
import { abuse } from "../abused-apps.ts";
import { imitated } from "../lookalike.ts";
import { JUDGEMENT } from "../weights.ts";
import { type Account, DAY, type Place, type Seen, SILENT } from "./seen.ts";

/** First sighting and the days on which a value was seen; enough to say "known", small enough to keep for everybody. */
type Sighting = { first: number; days: number; lastDay: number };
type Dimension = Map<string, Sighting>;

const MAX_VALUES = 512;
/** A value becomes known slowly, so that an intruder's first days do not make him part of the family. */
const KNOWN_AFTER = 3 * DAY;
const KNOWN_DAYS = 2;
const MATURE_DAYS = 5;
const FORGET_AFTER = 120 * DAY;

type Profile = {
  ip: Dimension;
  network: Dimension;
  asn: Dimension;
  country: Dimension;
  agent: Dimension;
  device: Dimension;
  days: Set<number>;
  /** Kind of client → days on which its sign-ins showed a device, and on which they showed none. */
  habit: Map<string, { withDevice: Set<number>; without: number }>;
  /** Address → when a device the company knows last signed in there. */
  vouched: Map<string, number>;
  /** Applications that were let in on a device the company knows, under a name that hides nothing. */
  letIn: Set<string>;
};

function profile(): Profile {
  return {
    ip: new Map(),
    network: new Map(),
    asn: new Map(),
    country: new Map(),
    agent: new Map(),
    device: new Map(),
    days: new Set(),
    habit: new Map(),
    vouched: new Map(),
    letIn: new Set(),
  };
}

function learn(dimension: Dimension, value: string | undefined, at: number): void {
  if (!value) return;
  const day = Math.floor(at / DAY);
  const known = dimension.get(value);
  if (!known) {
    if (dimension.size < MAX_VALUES) dimension.set(value, { first: at, days: 1, lastDay: day });
  } else if (known.lastDay !== day) {
    if (day - known.lastDay > FORGET_AFTER / DAY) Object.assign(known, { first: at, days: 0 });
    known.days += 1;
    known.lastDay = day;
  }
}

/** A known device speaks for its address this long: what its programs do there names no device. */
const VOUCHES_FOR = DAY / 2;
const HABIT_DAYS = 4;
const RARELY = 5;

/** This kind of client has shown a device for days, and hardly ever none. */
function alwaysShowsDevice(profile: Profile, agent: string | undefined): boolean {
  const habit = agent ? profile.habit.get(agent) : undefined;
  return habit !== undefined && habit.withDevice.size >= HABIT_DAYS && habit.without * RARELY <= habit.withDevice.size;
}

/** Which clients of the account show a device, and from where known ones sign in. */
function rememberDevices(own: Profile, seen: Seen, ip: string | undefined, agent: string | undefined): void {
  if (seen.event.action !== "sign-in" || seen.event.outcome !== "success") return;
  if (ip && seen.place.trustedDevice) own.vouched.set(ip, seen.at);
  if (!agent || (own.habit.size >= MAX_VALUES && !own.habit.has(agent))) return;
  const habit = own.habit.get(agent) ?? { withDevice: new Set<number>(), without: 0 };
  if (seen.event.client.deviceId) habit.withDevice.add(Math.floor(seen.at / DAY));
  else habit.without += 1;
  own.habit.set(agent, habit);
}

/** So near to a consent to something disguised, another consent of the same person is of the same phish. */
const ONE_SERIES = 7 * DAY;

const isDisguised = ({ event: { app } }: Seen): boolean =>
  imitated(app?.name ?? "")?.how === "disguised" || abuse(app?.appId, app?.name) !== undefined;

/** Account → when it let in an application that hides what it is. */
function deceptions(events: readonly Seen[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const seen of events) {
    if (seen.event.action !== "app.consent" || !seen.account || !isDisguised(seen)) continue;
    times.set(seen.account.key, [...(times.get(seen.account.key) ?? []), seen.at]);
  }
  return times;
}

function rememberApplication(own: Profile, seen: Seen, deceived: readonly number[]): void {
  const appId = seen.event.app?.appId;
  if (seen.event.action !== "app.consent" || !appId || !seen.place.trustedDevice || own.letIn.size >= MAX_VALUES)
    return;
  if (deceived.every((at) => Math.abs(at - seen.at) > ONE_SERIES)) own.letIn.add(appId);
}

/** In an account's first days a value seen half a day earlier must do, or everything would be strange. */
const KNOWN_EARLY = DAY / 2;

function isKnown(profile: Profile, dimension: Dimension, value: string | undefined, at: number): boolean {
  const known = value ? dimension.get(value) : undefined;
  if (!known) return false;
  const age = at - known.first;
  if (profile.days.size < MATURE_DAYS && age >= KNOWN_EARLY) return true;
  return (age >= KNOWN_AFTER && known.days >= KNOWN_DAYS) || age >= 14 * DAY;
}

/** Browser family and system: an update of the version is no new agent. */
export function agentKey(seen: Pick<Seen, "facts">): string | undefined {
  const agent = seen.facts.agent;
  if (!agent || agent.kind === "service") return undefined;
  return `${agent.family}/${agent.os ?? "?"}`;
}

/** Addresses of services, and none at all, say nothing of where a person is. */
export function tellingIp(seen: Pick<PastDay, "facts" | "event">): string | undefined {
  const fact = seen.facts.ip;
  const ip = seen.event.client.ip;
  return ip && fact && fact.kind !== "microsoft" && fact.kind !== "private" ? ip : undefined;
}

/**
 * What nobody may learn from: addresses with the times of proven hostile use (spray sources, and what an earlier pass
 * proved to be an attacker's), and the records an earlier pass marked as an attacker's.
 */
export type Taint = { ips: ReadonlyMap<string, readonly number[]>; records: ReadonlySet<string> };
export const CLEAN: Taint = { ips: new Map(), records: new Set() };

/** Walks the records in time order and gives every event its place, looking at earlier records only. */
export function assignPlaces(events: Seen[], taint: Taint, past: readonly PastDay[] = []): void {
  const profiles = new Map<string, Profile>();
  const company = new Map<string, Map<string, Sighting>>();
  const deceived = deceptions(events);
  for (const seen of past) remember(seen, seen.account.key, profileOf(profiles, seen.account.key), company);
  for (const seen of events) {
    const account = seen.account;
    if (!account) continue;
    const own = profileOf(profiles, account.key);
    seen.place = placeOf(seen, account, own, company, taint);
    const hostile = isTainted(taint, seen.event.client.ip, seen.at) || seen.ids.some((id) => taint.records.has(id));
    if (!isLearnable(seen) || hostile) continue;
    remember(seen, account.key, own, company);
    rememberDevices(own, seen, tellingIp(seen), agentKey(seen));
    rememberApplication(own, seen, deceived.get(account.key) ?? []);
  }
}

/** What of an event teaches a baseline; a day of the past has no more than that. */
export type PastDay = Pick<Seen, "at" | "facts"> & { event: Pick<Seen["event"], "client">; account: { key: string } };

function profileOf(profiles: Map<string, Profile>, key: string): Profile {
  const known = profiles.get(key);
  if (known) return known;
  const made = profile();
  profiles.set(key, made);
  return made;
}

function isTainted(taint: Taint, ip: string | undefined, at: number): boolean {
  const times = ip ? taint.ips.get(ip) : undefined;
  return times?.some((hostile) => at >= hostile && at - hostile <= JUDGEMENT.burntDays * DAY) ?? false;
}

/** Only what worked says that somebody is at home there. */
export function isLearnable({ event: { outcome, action } }: Seen): boolean {
  return outcome !== "failure" && (action !== "sign-in" || outcome === "success" || outcome === "interrupted");
}

function remember(
  seen: Omit<PastDay, "account">,
  key: string,
  own: Profile,
  company: Map<string, Map<string, Sighting>>,
): void {
  const ip = tellingIp(seen);
  if (!ip) return;
  const network = networkOf(ip);
  own.days.add(Math.floor(seen.at / DAY));
  learn(own.ip, ip, seen.at);
  learn(own.network, network, seen.at);
  learn(own.asn, seen.facts.ip?.asn?.toString(), seen.at);
  learn(own.country, seen.facts.ip?.country, seen.at);
  learn(own.agent, agentKey(seen), seen.at);
  learn(own.device, seen.event.client.deviceId, seen.at);
  let colleagues = company.get(network);
  if (!colleagues) {
    colleagues = new Map();
    company.set(network, colleagues);
  }
  if (colleagues.size < MAX_VALUES || colleagues.has(key)) learn(colleagues, key, seen.at);
}

function colleaguesOn(
  network: string,
  account: Account,
  at: number,
  company: Map<string, Map<string, Sighting>>,
  days: number,
): number {
  let count = 0;
  for (const [key, sighting] of company.get(network) ?? []) {
    const age = at - sighting.first;
    if (key !== account.key && age >= DAY && (sighting.days >= days || (days <= 2 && age >= 3 * DAY))) count += 1;
  }
  return count;
}

const KIND_STRANGENESS: Partial<Record<string, number>> = {
  hosting: 1.5,
  vpn: 1.25,
  proxy: 0.75,
  "residential-proxy": 1.5,
  tor: 2.5,
};

/** Any stranger may come from the same exits: that colleagues were seen there says nothing. */
const SHARED_BY_STRANGERS = new Set(["tor", "mobile"]);
const RENTED = new Set(["hosting", "vpn", "residential-proxy"]);

/** How many colleagues on how many days make a network the company's: a gateway on rented machines has more than two victims have. */
function ownNetworkNeeds(kind: string): { colleagues: number; days: number } | undefined {
  if (SHARED_BY_STRANGERS.has(kind)) return undefined;
  return RENTED.has(kind) ? { colleagues: 3, days: 3 } : { colleagues: 2, days: 2 };
}

/** A VPN provider of days is the owner's own, whichever exit he gets. */
const HABITS = new Set(["vpn", "proxy"]);
const OWN_VPN = 0.25;
/** As telling as a new kind of client: private computers and new browsers do the same. */
const LACKS_DEVICE = 1;
const MACHINE_AGE = 10 * DAY;
const MACHINE_DAYS = 5;

/** A place of days is home; a rented machine becomes it slowly, the end of an anonymising network never. */
function isHome(own: Profile, kind: string, ip: string, network: string, at: number): boolean {
  if (kind === "tor") return false;
  if (!isKnown(own, own.ip, ip, at) && !isKnown(own, own.network, network, at)) return false;
  if (kind !== "hosting" || own.days.size < MATURE_DAYS) return true;
  const known = own.network.get(network);
  return known !== undefined && at - known.first >= MACHINE_AGE && known.days >= MACHINE_DAYS;
}

function placeOf(
  seen: Seen,
  account: Account,
  own: Profile,
  company: Map<string, Map<string, Sighting>>,
  taint: Taint,
): Place {
  const ip = tellingIp(seen);
  const { client } = seen.event;
  const agent = agentKey(seen);
  const maturity = Math.min(1, own.days.size / MATURE_DAYS);
  const newAgent = agent !== undefined && !isKnown(own, own.agent, agent, seen.at);
  const vouchedAt = ip && seen.event.action !== "sign-in" ? own.vouched.get(ip) : undefined;
  const trustedDevice =
    client.deviceId !== undefined
      ? isKnown(own, own.device, client.deviceId, seen.at) || client.isCompliant === true || client.isManaged === true
      : vouchedAt !== undefined && seen.at - vouchedAt <= VOUCHES_FOR;
  const lacksDevice = seen.event.action === "sign-in" && client.deviceId === undefined && alwaysShowsDevice(own, agent);
  if (!ip) return { ...SILENT, newAgent, maturity, trustedDevice, lacksDevice };
  const fact = seen.facts.ip;
  const network = networkOf(ip);
  const country = fact?.country;
  const newCountry = country !== undefined && own.country.size > 0 && !own.country.has(country);
  const base: Omit<Place, "standing" | "strangeness" | "notes"> = {
    newAgent,
    newCountry,
    trustedDevice,
    lacksDevice,
    maturity,
  };
  const tainted = isTainted(taint, ip, seen.at);
  const kind = fact?.kind ?? "unknown";
  if (!tainted && isHome(own, kind, ip, network, seen.at)) {
    return { ...base, standing: "own", strangeness: 0, notes: ["network the account has used for days"] };
  }
  const need = ownNetworkNeeds(kind);
  if (!tainted && need && colleaguesOn(network, account, seen.at, company, need.days) >= need.colleagues) {
    return { ...base, standing: "company", strangeness: 0.25, notes: ["network colleagues use"] };
  }
  const notes: string[] = ["address the account has not used before"];
  let strangeness = 1;
  const asn = fact?.asn?.toString();
  if (asn && isKnown(own, own.asn, asn, seen.at)) strangeness -= 0.5;
  else if (asn && own.asn.size > 0) strangeness += 0.25;
  if (newCountry) {
    strangeness += 1;
    notes.push(`first time from ${country}`);
  }
  const ofKind = KIND_STRANGENESS[kind] ?? 0;
  if (ofKind > 0) notes.push(`${kind} network${fact?.org ? ` (${fact.org})` : ""}`);
  const ownVpn = HABITS.has(kind) && asn !== undefined && isKnown(own, own.asn, asn, seen.at);
  strangeness += ownVpn ? Math.min(ofKind, OWN_VPN) : ofKind;
  if (newAgent && own.agent.size > 0) {
    strangeness += 0.75;
    notes.push(`new kind of client (${agent})`);
  } else if (agent && kind === "mobile") strangeness -= 0.5;
  if (lacksDevice) {
    strangeness += LACKS_DEVICE;
    notes.push("without the device this kind of client has always shown");
  }
  if (tainted) {
    strangeness += 1.5;
    notes.push("address already seen attacking this tenant");
  }
  if (trustedDevice) {
    strangeness = Math.min(strangeness, 0.5);
    notes.push("on a device the company knows");
  }
  // A product fetches from machines its maker rents: its traffic is no person in a strange place.
  if (kind === "hosting" && !tainted && own.letIn.has(client.appId ?? "")) {
    strangeness = Math.min(strangeness, 0.5);
    notes.push("servers of an application let in on a device the company knows");
  }
  const scale = tainted ? Math.max(0.7, maturity) : 0.3 + 0.7 * maturity;
  return { ...base, standing: "new", strangeness: Math.max(0, strangeness * scale), notes };
}
