import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";
import { agentFacts } from "./agent-facts.ts";
import { readNetworkFeed } from "./feed.ts";
import { type IpIntelligence, ipFacts, ipIntelligence } from "./ip-facts.ts";
import { OWN_NETWORKS } from "./networks.ts";

export { agentFacts } from "./agent-facts.ts";
export { ipFacts } from "./ip-facts.ts";

/** Facts of an event from our own offline tables. Nothing leaves the machine. */
export function factsOf(event: NormalizedEvent): EventFacts {
  return facts(event, ipFacts);
}

/** The same with an operator's CSV feed laid over our table (see readNetworkFeed for its form). */
export function factsWithFeed(csv: string): (event: NormalizedEvent) => EventFacts {
  const intelligence = ipIntelligence([...OWN_NETWORKS, ...readNetworkFeed(csv).networks]);
  return (event) => facts(event, intelligence);
}

function facts(event: NormalizedEvent, intelligence: IpIntelligence): EventFacts {
  const { ip, userAgent } = event.client;
  return {
    ...(ip ? { ip: withRecordedCountry(event, intelligence(ip)) } : {}),
    ...(userAgent ? { agent: agentFacts(userAgent) } : {}),
  };
}

/** Microsoft's own location of a sign-in fills the country where our table has none. */
function withRecordedCountry(event: NormalizedEvent, fact: ReturnType<IpIntelligence>): ReturnType<IpIntelligence> {
  const country = event.signIn?.location?.country;
  return fact.country === undefined && country && /^[A-Z]{2}$/.test(country) ? { ...fact, country } : fact;
}
