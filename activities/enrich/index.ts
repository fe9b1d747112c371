import type { EventFacts, IpFact, NormalizedEvent } from "#domain/event/event.ts";
import { agentFacts } from "./agent-facts.ts";
import { readNetworkFeed } from "./feed.ts";
import { type IpIntelligence, ipFacts, ipIntelligence } from "./ip-facts.ts";
import { OWN_NETWORKS } from "./networks.ts";
import { kindByName, providerOf } from "./providers.ts";
import type { RangeTable } from "./range-table.ts";

export { agentFacts } from "./agent-facts.ts";
export { ipFacts } from "./ip-facts.ts";

/** Facts of an event from our own offline tables. Nothing leaves the machine. */
export function factsOf(event: NormalizedEvent): EventFacts {
  return facts(event, ipFacts);
}

/** The same with an operator's feed laid over our tables (see readNetworkFeed for its forms). */
export function factsWithFeed(csv: string): (event: NormalizedEvent) => EventFacts {
  const feed = readNetworkFeed(csv);
  const ours = ipIntelligence([...OWN_NETWORKS, ...feed.networks]);
  const intelligence = feed.ranges.size > 0 ? withRanges(ours, feed.ranges) : ours;
  return (event) => facts(event, intelligence);
}

/** Who announces a block now is surer than our table; what it is used for our table knows better. */
function withRanges(ours: IpIntelligence, ranges: RangeTable): IpIntelligence {
  return (ip) => {
    const fact = ours(ip);
    const announced = fact.kind === "private" ? undefined : ranges.find(fact.ip);
    if (!announced) return fact;
    const same = announced.asn === 0 || fact.asn === announced.asn;
    return filled({ ...(same ? fact : { ip: fact.ip, kind: "unknown" as const }) }, announced);
  };
}

/** Fills what a fact leaves open from a provider's number and name; a kind that is known already stays. */
function filled(fact: IpFact, from: { asn?: number; org?: string; country?: string }): IpFact {
  const asn = fact.asn ?? (from.asn || undefined);
  const provider = fact.kind === "unknown" ? providerOf(asn) : undefined;
  const org = fact.org ?? (from.org || provider?.org);
  const kind = fact.kind !== "unknown" ? fact.kind : (provider?.kind ?? kindByName(from.org ?? "") ?? "unknown");
  const country = fact.country ?? from.country;
  return { ip: fact.ip, kind, ...(asn ? { asn } : {}), ...(org ? { org } : {}), ...(country ? { country } : {}) };
}

function facts(event: NormalizedEvent, intelligence: IpIntelligence): EventFacts {
  const { ip, userAgent } = event.client;
  return {
    ...(ip ? { ip: rented(event, withRecorded(event, intelligence(ip))) } : {}),
    ...(userAgent ? { agent: agentFacts(userAgent) } : {}),
  };
}

/** The name our tables give to Microsoft's blocks that no service of Microsoft 365 is known to answer from. */
const AZURE = "Microsoft";

/**
 * Microsoft's services and machines anybody rents from Microsoft share a provider. A browser or a tool on a block that
 * belongs to no known service runs on a rented machine; what names no client, or a service, is Microsoft's own.
 */
function rented(event: NormalizedEvent, fact: IpFact): IpFact {
  if (fact.kind !== "microsoft" || fact.org !== AZURE || !event.client.userAgent) return fact;
  const kind = agentFacts(event.client.userAgent).kind;
  return kind === "browser" || kind === "toolkit" ? { ...fact, kind: "hosting", org: "Microsoft Azure" } : fact;
}

/** Microsoft's own location and provider number of a sign-in fill what our tables do not know. */
function withRecorded(event: NormalizedEvent, fact: IpFact): IpFact {
  const country = event.signIn?.location?.country;
  const asn = Number(event.params.autonomousSystemNumber);
  if (fact.kind === "private") return fact;
  return filled(fact, {
    ...(Number.isInteger(asn) && asn > 0 ? { asn } : {}),
    ...(country && /^[A-Z]{2}$/.test(country) ? { country } : {}),
  });
}
