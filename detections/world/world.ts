import type { AnalysisInput, InventoryItem } from "#domain/incident/analysis.ts";
import { assignAccounts } from "./accounts.ts";
import { shareAddressFacts } from "./address-facts.ts";
import { assignPlaces, Baselines, CLEAN, type Taint, type Vouched } from "./baseline.ts";
import { distinctEvents } from "./distinct.ts";
import { pastDays } from "./past.ts";
import type { Account, Seen } from "./seen.ts";

/** Everything a detection may look at: prepared once, indexed, never changed by a detection. */
export type World = {
  events: Seen[];
  accounts: Account[];
  byAction: (...actions: string[]) => Seen[];
  accountOf: (name: string | undefined) => Account | undefined;
  ownDomains: Set<string>;
  /** Names and aliases of mail contacts → the address they stand for. */
  contacts: ReadonlyMap<string, string>;
  inventory: InventoryItem[];
};

/** Whose mailbox a record is about: its sign-in name where any record or the directory tells it. */
export function mailboxOf(seen: Seen, world: Pick<World, "accountOf">): string {
  const { target, actor } = seen.event;
  const named = target?.upn ?? (target?.kind === "mailbox" ? target.name : undefined);
  return world.accountOf(named)?.ref.upn ?? named ?? seen.account?.ref.upn ?? actor.upn ?? "?";
}

/** A mailbox, alias or sign-in name inside free text, as a key: the part before @, lower case. */
export function localPart(name: string): string {
  return (name.split("@")[0] ?? name).toLowerCase();
}

function domainsOf(accounts: Account[], given: string[] | undefined): Set<string> {
  const out = new Set((given ?? []).map((d) => d.toLowerCase()));
  for (const account of accounts) {
    const domain = account.ref.upn.split("@")[1];
    if (domain && !account.guest && !account.ref.upn.includes("#ext#") && account.events.some(isOwnAct))
      out.add(domain);
  }
  return out;
}

/** Somebody who could act here is at home here; a name that was only guessed at proves nothing. */
function isOwnAct({ event: { actor, outcome } }: Seen): boolean {
  return (actor.kind === "person" || actor.kind === "guest") && (outcome === "success" || actor.objectId !== undefined);
}

/** A forward to a contact is a forward to the address behind it, whichever was made first. */
function contactsOf(events: readonly Seen[]): Map<string, string> {
  const out = new Map<string, string>();
  for (const { event } of events) {
    if (event.action !== "mail-contact.create" || event.outcome === "failure") continue;
    const { params, target } = event;
    const address = (params.ExternalEmailAddress ?? params.TargetAddress)?.replace(/^smtp:/i, "").toLowerCase();
    if (!address) continue;
    for (const name of [params.Name, params.Alias, params.DisplayName, params.Identity, target?.name])
      if (name) out.set((name.split(/[\\/]/).pop() ?? name).toLowerCase(), address);
  }
  return out;
}

/** The live inventory says whose publisher Microsoft verified; while it is still to come everybody may be. */
function vouchedApps({ inventory = [], awaitsInventory = false }: AnalysisInput): Vouched {
  const verified = inventory.flatMap(({ detail }) => (detail.isVerified === "true" ? [detail.appId] : []));
  const ids = new Set(verified.map((id) => id?.toLowerCase()));
  return (appId) => awaitsInventory || ids.has(appId.toLowerCase());
}

/** What of a world does not hang on whom nobody may learn from: made once for all passes of a judgement. */
type Prepared = { events: Seen[]; byKey: Map<string, Account>; home: ReturnType<Baselines["snapshot"]> };

/** The same for the same records, and known to nobody who has not seen all of them. */
function seedOf(events: readonly Seen[]): number {
  let seed = 0;
  for (const { event } of events)
    for (let i = 0; i < Math.min(8, event.contentHash.length); i++)
      seed = (Math.imul(seed, 31) + event.contentHash.charCodeAt(i)) | 0;
  return seed;
}

export function prepare(input: AnalysisInput): Prepared {
  const events = distinctEvents(input);
  const fill = shareAddressFacts(events);
  const byKey = assignAccounts(events);
  const past = pastDays(input, byKey);
  for (const day of past) fill(day);
  const baselines = Baselines.empty(seedOf(events));
  baselines.learnPast(past);
  return { events, byKey, home: baselines.snapshot() };
}

/** Places every event anew: a world made earlier of the same preparation is over. */
export function buildWorld(input: AnalysisInput, taint: Taint = CLEAN, prepared = prepare(input)): World {
  const { events, byKey, home } = prepared;
  assignPlaces(events, taint, home, vouchedApps(input));
  const accounts = [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const actions = new Map<string, Seen[]>();
  for (const seen of events) {
    const list = actions.get(seen.event.action);
    if (list) list.push(seen);
    else actions.set(seen.event.action, [seen]);
  }
  const names = new Map<string, Account>();
  for (const account of accounts) {
    for (const name of [account.key, account.ref.upn.toLowerCase()]) names.set(name, account);
  }
  const locals = new Map<string, Account | null>();
  for (const account of accounts) {
    const local = localPart(account.ref.upn);
    locals.set(local, locals.has(local) ? null : account);
  }
  return {
    events,
    accounts,
    byAction: (...wanted) => {
      const lists = wanted.map((action) => actions.get(action) ?? []);
      return lists.length === 1
        ? (lists[0] ?? [])
        : lists.flat().sort((a, b) => a.at - b.at || (a.ids[0]! < b.ids[0]! ? -1 : 1));
    },
    accountOf: (name) => {
      if (!name) return undefined;
      const key = name.toLowerCase();
      return names.get(key) ?? (key.includes("@") ? undefined : (locals.get(localPart(key)) ?? undefined));
    },
    ownDomains: domainsOf(accounts, input.ownDomains),
    contacts: contactsOf(events),
    inventory: [...(input.inventory ?? [])].sort((a, b) =>
      `${a.kind} ${a.objectId}` < `${b.kind} ${b.objectId}` ? -1 : 1,
    ),
  };
}
