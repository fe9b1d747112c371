import { networkOf } from "#domain/event/address.ts";
import { abuse } from "../abused-apps.ts";
import { imitated } from "../lookalike.ts";
import { JUDGEMENT } from "../weights.ts";
import { clientOf } from "../words.ts";
import { type Account, DAY, type Place, type Seen, SILENT } from "./seen.ts";
import { Sightings } from "./sightings.ts";

/** A value becomes known slowly, so that an intruder's first days do not make him part of the family. */
const KNOWN_AFTER = 3 * DAY;
const KNOWN_DAYS = 2;
const MATURE_DAYS = 5;

/** What is remembered of an account; `colleague` of a network. */
const KIND = {
  ip: 0,
  network: 1,
  asn: 2,
  country: 3,
  agent: 4,
  device: 5,
  /** Kinds of client on days when their sign-ins showed a device, and how often they showed none. */
  withDevice: 6,
  withoutDevice: 7,
  /** Addresses by when a device the company knows last signed in there. */
  vouched: 8,
  /** Applications of verified publishers, let in on a device the company knows, under a name that hides nothing. */
  letIn: 9,
  colleague: 10,
} as const;
type Kind = (typeof KIND)[keyof typeof KIND];

/** One account's part of the tables. */
type Profile = { table: Sightings; owner: number };

function learn({ table, owner }: Profile, kind: Kind, value: string | undefined, at: number): void {
  if (value) table.learn(owner, kind, value, at);
}

const daysOf = ({ table, owner }: Profile): number => table.attended(owner);

/** A known device speaks for its address this long: what its programs do there names no device. */
const VOUCHES_FOR = DAY / 2;
const HABIT_DAYS = 4;
const RARELY = 5;

/** This kind of client has shown a device for days, and hardly ever none. */
function alwaysShowsDevice(profile: Profile, agent: string | undefined): boolean {
  const { table, owner } = profile;
  const shown = agent ? table.find(owner, KIND.withDevice, agent) : 0;
  if (!agent || shown === 0 || table.days(shown) < HABIT_DAYS) return false;
  const not = table.find(owner, KIND.withoutDevice, agent);
  return not === 0 || table.days(not) * RARELY <= table.days(shown);
}

/** Which clients of the account show a device, and from where known ones sign in. */
function rememberDevices(own: Profile, seen: Seen, ip: string | undefined, agent: string | undefined): void {
  if (seen.event.action !== "sign-in" || seen.event.outcome !== "success") return;
  if (ip && seen.place.trustedDevice) own.table.mark(own.owner, KIND.vouched, ip, seen.at);
  if (!agent) return;
  if (seen.event.client.deviceId) learn(own, KIND.withDevice, agent, seen.at);
  else own.table.count(own.owner, KIND.withoutDevice, agent, seen.at);
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

/** By what is known of an application's publisher: whom Microsoft verified has a name to lose. */
export type Vouched = (appId: string) => boolean;

function rememberApplication(own: Profile, seen: Seen, deceived: readonly number[], isVouchedFor: Vouched): void {
  const appId = seen.event.app?.appId;
  if (seen.event.action !== "app.consent" || !appId || !seen.place.trustedDevice || !isVouchedFor(appId)) return;
  if (deceived.every((at) => Math.abs(at - seen.at) > ONE_SERIES)) learn(own, KIND.letIn, appId, seen.at);
}

/** In an account's first days a value seen half a day earlier must do, or everything would be strange. */
const KNOWN_EARLY = DAY / 2;

function isKnown(profile: Profile, kind: Kind, value: string | undefined, at: number): boolean {
  const { table, owner } = profile;
  const known = value ? table.find(owner, kind, value) : 0;
  if (known === 0) return false;
  const age = at - table.first(known);
  if (daysOf(profile) < MATURE_DAYS && age >= KNOWN_EARLY) return true;
  return (age >= KNOWN_AFTER && table.days(known) >= KNOWN_DAYS) || age >= 14 * DAY;
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

/** What of an event says where, and with what kind of client, its account was; the network is empty without an address. */
type Where = { ip: string | undefined; network: string; agent: string | undefined };

function whereOf(seen: Omit<PastDay, "account" | "at">): Where {
  const ip = tellingIp(seen);
  return { ip, network: ip ? networkOf(ip) : "", agent: agentKey(seen) };
}

/**
 * What nobody may learn from: addresses with the times of proven hostile use (spray sources, and what an earlier pass
 * proved to be an attacker's), and the records an earlier pass marked as an attacker's.
 */
export type Taint = { ips: ReadonlyMap<string, readonly number[]>; records: ReadonlySet<string> };
export const CLEAN: Taint = { ips: new Map(), records: new Set() };

/** What of an event teaches a baseline; a day of the past has no more than that. */
export type PastDay = Pick<Seen, "at" | "facts"> & { event: Pick<Seen["event"], "client">; account: { key: string } };

/** Mostly so many values an account has, and so many colleagues a network. */
const VALUES_EACH = 12;
const COLLEAGUES_EACH = 2;

type Snapshot = { accounts: Uint8Array; networks: Uint8Array };

/**
 * Where and with what accounts are at home: what was seen of each, and of the networks who was there. Records go in in
 * order of time; each is judged by what went before it.
 */
export class Baselines {
  readonly #accounts: Sightings;
  readonly #networks: Sightings;

  private constructor(accounts: Sightings, networks: Sightings) {
    this.#accounts = accounts;
    this.#networks = networks;
  }

  /** @param seed what nobody outside knows, the same for the same records: see `Sightings` */
  static empty(seed: number): Baselines {
    return new Baselines(new Sightings(seed, VALUES_EACH), new Sightings(~seed, COLLEAGUES_EACH));
  }

  /** Baselines as they were; the bytes are theirs from then on. */
  static adopt({ accounts, networks }: Snapshot): Baselines {
    return new Baselines(Sightings.adopt(accounts), Sightings.adopt(networks));
  }

  snapshot(): Snapshot {
    return { accounts: this.#accounts.snapshot(), networks: this.#networks.snapshot() };
  }

  /** The snapshot's bytes piece by piece, without a copy. */
  write(take: (table: keyof Snapshot, piece: Uint8Array) => void): void {
    this.#accounts.write((piece) => take("accounts", piece));
    this.#networks.write((piece) => take("networks", piece));
  }

  get bytes(): number {
    return this.#accounts.bytes + this.#networks.bytes;
  }

  learnPast(past: readonly PastDay[]): void {
    for (const day of past) this.#remember(day, whereOf(day), day.account.key, this.#profileOf(day.account.key));
  }

  /** Gives an event its place, and learns from it where one may. */
  see(
    seen: Seen,
    account: Pick<Account, "key">,
    taint: Taint,
    deceived: readonly number[],
    isVouchedFor: Vouched = () => false,
  ): void {
    const own = this.#profileOf(account.key);
    const where = whereOf(seen);
    seen.place = placeOf(seen, where, account, own, this.#networks, taint);
    const hostile = isTainted(taint, seen.event.client.ip, seen.at) || seen.ids.some((id) => taint.records.has(id));
    if (!isLearnable(seen) || hostile) return;
    this.#remember(seen, where, account.key, own);
    rememberDevices(own, seen, where.ip, where.agent);
    rememberApplication(own, seen, deceived, isVouchedFor);
  }

  #profileOf(key: string): Profile {
    return { table: this.#accounts, owner: this.#accounts.open(key) };
  }

  #remember(seen: Omit<PastDay, "account">, { ip, network, agent }: Where, key: string, own: Profile): void {
    if (!ip) return;
    own.table.attend(own.owner, seen.at);
    learn(own, KIND.ip, ip, seen.at);
    learn(own, KIND.network, network, seen.at);
    learn(own, KIND.asn, seen.facts.ip?.asn?.toString(), seen.at);
    learn(own, KIND.country, seen.facts.ip?.country, seen.at);
    learn(own, KIND.agent, agent, seen.at);
    learn(own, KIND.device, seen.event.client.deviceId, seen.at);
    this.#networks.learn(this.#networks.open(network), KIND.colleague, key, seen.at);
    this.#networks.open(providerOf(ip, seen.facts.ip?.asn));
  }
}

/** Walks the records in time order and gives every event its place, looking at earlier records only. */
export function assignPlaces(events: Seen[], taint: Taint, home: Snapshot, isVouchedFor: Vouched): void {
  const baselines = Baselines.adopt({ accounts: home.accounts.slice(), networks: home.networks.slice() });
  const deceived = deceptions(events);
  for (const seen of events)
    if (seen.account) baselines.see(seen, seen.account, taint, deceived.get(seen.account.key) ?? [], isVouchedFor);
}

/** Who runs a network; where that is not known, the neighbourhood of the address. */
function providerOf(ip: string, asn: number | undefined): string {
  if (asn !== undefined) return `as${asn}`;
  const ends = ip.includes(":") ? ":" : ".";
  return `near ${ip.split(ends, 2).join(ends)}`;
}

function isTainted(taint: Taint, ip: string | undefined, at: number): boolean {
  const times = ip ? taint.ips.get(ip) : undefined;
  return times?.some((hostile) => at >= hostile && at - hostile <= JUDGEMENT.burntDays * DAY) ?? false;
}

/** Only what worked says that somebody is at home there. */
export function isLearnable({ event: { outcome, action } }: Seen): boolean {
  return outcome !== "failure" && (action !== "sign-in" || outcome === "success" || outcome === "interrupted");
}

function isCompanys(
  network: string,
  account: Pick<Account, "key">,
  at: number,
  networks: Sightings,
  need: { colleagues: number; days: number },
): boolean {
  const owner = networks.owner(network);
  if (owner === 0) return false;
  const own = networks.find(owner, KIND.colleague, account.key);
  return networks.hasAtLeast(owner, need.colleagues, (colleague) => {
    const age = at - networks.first(colleague);
    return colleague !== own && age >= DAY && networks.days(colleague) >= need.days;
  });
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
/** Of fewer people nobody can say what is usual among them. */
const COMPANY = 5;
/** As telling as a provider new to the account, twice: travel abroad looks the same. */
const NOBODYS = 0.5;
const MACHINE_AGE = 10 * DAY;
const MACHINE_DAYS = 5;

/** A place of days is home; a rented machine becomes it slowly, the end of an anonymising network never. */
function isHome(own: Profile, kind: string, ip: string, network: string, at: number): boolean {
  if (kind === "tor") return false;
  if (!isKnown(own, KIND.ip, ip, at) && !isKnown(own, KIND.network, network, at)) return false;
  if (kind !== "hosting" || daysOf(own) < MATURE_DAYS) return true;
  const { table } = own;
  const known = table.find(own.owner, KIND.network, network);
  return known !== 0 && at - table.first(known) >= MACHINE_AGE && table.days(known) >= MACHINE_DAYS;
}

function placeOf(
  seen: Seen,
  { ip, network, agent }: Where,
  account: Pick<Account, "key">,
  own: Profile,
  networks: Sightings,
  taint: Taint,
): Place {
  const { client } = seen.event;
  const maturity = Math.min(1, daysOf(own) / MATURE_DAYS);
  const newAgent = agent !== undefined && !isKnown(own, KIND.agent, agent, seen.at);
  const vouched = ip && seen.event.action !== "sign-in" ? own.table.find(own.owner, KIND.vouched, ip) : 0;
  const trustedDevice =
    client.deviceId !== undefined
      ? isKnown(own, KIND.device, client.deviceId, seen.at) || client.isCompliant === true || client.isManaged === true
      : vouched !== 0 && seen.at - own.table.first(vouched) <= VOUCHES_FOR;
  const lacksDevice = seen.event.action === "sign-in" && client.deviceId === undefined && alwaysShowsDevice(own, agent);
  if (!ip) return { ...SILENT, newAgent, maturity, trustedDevice, lacksDevice };
  const fact = seen.facts.ip;
  const country = fact?.country;
  const newCountry =
    country !== undefined &&
    own.table.hasAny(own.owner, KIND.country) &&
    own.table.find(own.owner, KIND.country, country) === 0;
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
  if (!tainted && need && isCompanys(network, account, seen.at, networks, need)) {
    return { ...base, standing: "company", strangeness: 0.25, notes: ["network colleagues use"] };
  }
  const notes: string[] = ["address the account has not used before"];
  let strangeness = 1;
  if (maturity === 1 && own.table.owners >= COMPANY && networks.owner(providerOf(ip, fact?.asn)) === 0) {
    strangeness += NOBODYS;
    notes.push("provider nobody here has used");
  }
  const asn = fact?.asn?.toString();
  if (asn && isKnown(own, KIND.asn, asn, seen.at)) strangeness -= 0.5;
  else if (asn && own.table.hasAny(own.owner, KIND.asn)) strangeness += 0.25;
  if (newCountry) {
    strangeness += 1;
    notes.push(`first time from ${country}`);
  }
  const ofKind = KIND_STRANGENESS[kind] ?? 0;
  if (ofKind > 0) notes.push(`${kind} network${fact?.org ? ` (${fact.org})` : ""}`);
  const ownVpn = HABITS.has(kind) && asn !== undefined && isKnown(own, KIND.asn, asn, seen.at);
  strangeness += ownVpn ? Math.min(ofKind, OWN_VPN) : ofKind;
  if (newAgent && own.table.hasAny(own.owner, KIND.agent)) {
    strangeness += 0.75;
    notes.push(`new kind of client (${clientOf(seen.facts.agent)})`);
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
  if (kind === "hosting" && !tainted && own.table.find(own.owner, KIND.letIn, client.appId ?? "") !== 0) {
    strangeness = Math.min(strangeness, 0.5);
    notes.push("servers of an application let in on a device the company knows");
  }
  const scale = tainted ? Math.max(0.7, maturity) : 0.3 + 0.7 * maturity;
  return { ...base, standing: "new", strangeness: Math.max(0, strangeness * scale), notes };
}
