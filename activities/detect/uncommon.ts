import { createHash } from "node:crypto";
import type { StoredEvent } from "#db/repos/ingest.ts";
import type { SideFindings } from "#db/repos/side-findings.ts";
import type { EventFacts, NetworkKind, NormalizedEvent } from "#domain/event/event.ts";
import type { AccountRef, Analysis, Notable } from "#domain/incident/analysis.ts";
import type { UncommonType } from "#domain/incident/uncommon.ts";
import { innocence } from "./innocence.ts";

/** Networks a person rarely sits in, though many honest people come through them. */
const RELAYS = new Set<NetworkKind>(["hosting", "vpn", "proxy", "residential-proxy", "tor"]);
/** Before this much is known of an account, no country is new. */
const KNOWN_MS = 3 * 86_400_000;
const MAX_CITED = 50;

type Seen = { event: NormalizedEvent; facts: EventFacts; accountKey: number };
/** What the portal shows of one entry, before it gets its account's row id. */
export type Uncommon = Omit<SideFindings["notables"][number], "accountId" | "orgId" | "tenantId"> & {
  account: AccountRef;
};
type Input = {
  stored: StoredEvent[];
  factsOf: (event: NormalizedEvent) => EventFacts;
  analysis: Pick<Analysis, "notable" | "attribution" | "incidents">;
};

const keyOf = (...parts: string[]): string => createHash("sha256").update(parts.join("|")).digest("hex").slice(0, 32);

/**
 * Uncommon Activity: what the engine found notable and did not raise, plus each account's use of proxies and data
 * centers and each new country. Nothing an incident cites or attributes to its attacker is ever among it.
 */
export function uncommonActivity({ stored, factsOf, analysis }: Input): Uncommon[] {
  const hostile = hostileRecords(analysis);
  const byId = new Map<string, Seen>();
  const byAccount = new Map<number, Seen[]>();
  for (const { event, accountKey } of stored) {
    if (accountKey === null) continue;
    const seen = { event, accountKey, facts: factsOf(event) };
    byId.set(event.recordId, seen);
    const list = byAccount.get(accountKey) ?? [];
    list.push(seen);
    byAccount.set(accountKey, list);
  }
  const home = homeCountry([...byAccount.values()].flat());
  const colleagues = colleaguesOf(byAccount);
  const out = new Map<string, Uncommon>();
  const put = (found: Uncommon): void => {
    if (!out.has(found.key)) out.set(found.key, found);
  };
  const context = { home, colleagues };
  const told = new Set<string>();
  for (const events of byAccount.values()) {
    for (const found of placesOf(events, hostile, context)) {
      put(found.entry);
      for (const id of found.told) told.add(id);
    }
  }
  for (const notable of analysis.notable) {
    if (notable.recordIds.some((id) => hostile.has(id))) continue;
    // A place that is already told as a proxy or a new country is not told a second time.
    if (notable.kind === "unfamiliar-sign-in" && notable.recordIds.some((id) => told.has(id))) continue;
    put(fromNotable(notable, byId, byAccount, context));
  }
  return [...out.values()].sort((a, b) =>
    a.lastAt < b.lastAt ? 1 : a.lastAt > b.lastAt ? -1 : a.key < b.key ? -1 : 1,
  );
}

function hostileRecords(analysis: Input["analysis"]): Set<string> {
  const hostile = new Set(analysis.incidents.flatMap((incident) => incident.recordIds));
  for (const row of analysis.attribution) if (row.verdict !== "owner") hostile.add(row.recordId);
  return hostile;
}

const isPerson = ({ event }: Seen): boolean => event.actor.kind === "person" || event.actor.kind === "guest";
const isSignIn = (seen: Seen): boolean =>
  isPerson(seen) && seen.event.action === "sign-in" && seen.event.outcome === "success";

/** The country people of the tenant sign in from most, counted in persons times days; undefined while nothing is known. */
function homeCountry(events: Seen[]): string | undefined {
  const days = new Map<string, Set<string>>();
  for (const seen of events) {
    const country = seen.facts.ip?.country;
    if (!country || !isSignIn(seen) || RELAYS.has(seen.facts.ip?.kind ?? "unknown")) continue;
    const set = days.get(country) ?? new Set();
    set.add(`${seen.accountKey} ${seen.event.occurredAt.slice(0, 10)}`);
    days.set(country, set);
  }
  return [...days].sort((a, b) => b[1].size - a[1].size || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}

/** How many accounts signed in from a network. */
function colleaguesOf(byAccount: Map<number, Seen[]>): Map<string, Set<number>> {
  const out = new Map<string, Set<number>>();
  for (const [key, events] of byAccount) {
    for (const seen of events) {
      if (!isSignIn(seen)) continue;
      const network = networkOf(seen);
      const set = out.get(network) ?? new Set();
      set.add(key);
      out.set(network, set);
    }
  }
  return out;
}

const networkOf = ({ facts, event }: Seen): string =>
  facts.ip?.asn ? `AS${facts.ip.asn}` : (event.client.ip ?? "none");
const networkName = ({ facts, event }: Seen): string =>
  facts.ip?.org ?? (facts.ip?.asn ? `AS${facts.ip.asn}` : (event.client.ip ?? "an address"));

type Context = { home: string | undefined; colleagues: Map<string, Set<number>> };

function placesOf(events: Seen[], hostile: Set<string>, context: Context): { entry: Uncommon; told: string[] }[] {
  const groups = new Map<string, { type: UncommonType; events: Seen[] }>();
  const first = Date.parse(events[0]?.event.occurredAt ?? "");
  const known = new Set<string>();
  for (const seen of events) {
    if (!isSignIn(seen) || hostile.has(seen.event.recordId) || !seen.facts.ip) continue;
    const { kind, country } = seen.facts.ip;
    const isOld = Date.parse(seen.event.occurredAt) - first >= KNOWN_MS;
    let group: { key: string; type: UncommonType } | undefined;
    if (RELAYS.has(kind)) group = { key: `relay|${networkOf(seen)}`, type: "proxy-and-data-center-use" };
    else if (country && kind !== "microsoft" && kind !== "private") {
      if (isOld && context.home && country !== context.home && !known.has(country))
        group = { key: `country|${country}`, type: "new-country" };
      else if (!groups.has(`country|${country}`)) known.add(country);
    }
    if (!group) continue;
    const entry = groups.get(group.key) ?? { type: group.type, events: [] };
    entry.events.push(seen);
    groups.set(group.key, entry);
  }
  return [...groups].map(([key, group]) => ({
    entry: placeEntry(key, group, events, context),
    told: group.events.map((seen) => seen.event.recordId),
  }));
}

const refOf = ({ event }: Seen): AccountRef => ({
  upn: event.actor.upn ?? event.target?.upn ?? "unknown",
  ...(event.actor.objectId ? { objectId: event.actor.objectId } : {}),
});

function placeEntry(
  key: string,
  { type, events }: { type: UncommonType; events: Seen[] },
  all: Seen[],
  context: Context,
): Uncommon {
  const head = events[0] as Seen;
  const last = events.at(-1) as Seen;
  const fact = head.facts.ip;
  return {
    account: refOf(last),
    key: keyOf(type, String(head.accountKey), key),
    kind: type,
    type,
    upn: refOf(last).upn,
    at: head.event.occurredAt,
    lastAt: last.event.occurredAt,
    why:
      type === "new-country"
        ? `Signed in from ${fact?.country}, a country this account was not seen in before, through ${networkName(head)}.`
        : `Signed in through ${networkName(head)}, ${WORDS[fact?.kind ?? "unknown"]}${fact?.country ? ` in ${fact.country}` : ""}.`,
    innocent: innocence(events, all, context.colleagues.get(networkOf(head))?.size ?? 1),
    country: fact?.country ?? null,
    homeCountry: context.home ?? null,
    networkKind: fact?.kind ?? null,
    network: fact?.org ?? null,
    recordIds: [...new Set(events.slice(-MAX_CITED).map((seen) => seen.event.recordId))],
    records: new Set(events.map((seen) => seen.event.recordId)).size,
  };
}

const WORDS: Record<NetworkKind, string> = {
  isp: "a business or home line",
  mobile: "a mobile carrier",
  hosting: "a data center",
  vpn: "a VPN",
  proxy: "a proxy",
  "residential-proxy": "a residential proxy",
  tor: "Tor",
  microsoft: "Microsoft",
  private: "a private address",
  unknown: "a network nothing is known of",
};

/** Places belong together by account and network, whatever the engine cites of them this time. */
function fromNotable(
  notable: Notable,
  byId: Map<string, Seen>,
  byAccount: Map<number, Seen[]>,
  context: Context,
): Uncommon {
  const cited = notable.recordIds.flatMap((id) => byId.get(id) ?? []);
  const head = cited[0];
  const fact = cited.find((seen) => seen.facts.ip)?.facts.ip;
  const isPlace = notable.kind === "unfamiliar-sign-in";
  const isRelay = isPlace && RELAYS.has(fact?.kind ?? "unknown");
  const type: UncommonType =
    notable.kind === "leftover-persistence"
      ? "leftover"
      : isRelay
        ? "proxy-and-data-center-use"
        : isPlace
          ? "unfamiliar-place"
          : "unusual-act";
  const key =
    isRelay && head
      ? keyOf(type, String(head.accountKey), `relay|${networkOf(head)}`)
      : keyOf(notable.kind, notable.account.objectId ?? notable.account.upn, notable.recordIds[0] ?? notable.at);
  const times = cited.map((seen) => seen.event.occurredAt).sort();
  return {
    account: notable.account,
    key,
    kind: notable.kind,
    type,
    upn: notable.account.upn,
    at: times[0] ?? notable.at,
    lastAt: times.at(-1) ?? notable.at,
    why: notable.why,
    innocent: head
      ? innocence(cited, byAccount.get(head.accountKey) ?? [], context.colleagues.get(networkOf(head))?.size ?? 1)
      : ["By itself it weighs too little: nothing else of an attack was seen around it"],
    country: fact?.country ?? null,
    homeCountry: context.home ?? null,
    networkKind: fact?.kind ?? null,
    network: fact?.org ?? null,
    recordIds: notable.recordIds.slice(0, MAX_CITED),
    records: new Set(notable.recordIds).size,
  };
}
