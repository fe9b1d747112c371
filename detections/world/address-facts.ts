import type { IpFact } from "#domain/event/event.ts";
import type { Seen } from "./seen.ts";

type WithAddress = Pick<Seen, "facts">;

function fuller(fact: IpFact, known: IpFact | undefined): IpFact {
  if (!known || fact.kind === "private") return fact;
  // A rented machine is known by the client it once named; what it does without naming one it still does there.
  if (fact.kind === "microsoft") return known.kind === "hosting" ? known : fact;
  return {
    ...known,
    ...fact,
    kind: fact.kind === "unknown" ? known.kind : fact.kind,
  };
}

/**
 * What one record tells of an address (its provider, its country) holds for the others that name the same address: the
 * sign-in log knows more than the records of mail and files. Returns how to fill any further fact.
 */
export function shareAddressFacts(events: readonly WithAddress[]): (one: WithAddress) => void {
  const known = new Map<string, IpFact>();
  for (const { facts } of events) {
    if (!facts.ip?.asn) continue;
    known.set(facts.ip.ip, fuller(facts.ip, known.get(facts.ip.ip)));
  }
  const fill = (one: WithAddress): void => {
    const fact = one.facts.ip;
    if (!fact || (fact.asn && fact.country && fact.kind !== "unknown" && fact.kind !== "microsoft")) return;
    const full = known.get(fact.ip);
    if (full) one.facts = { ...one.facts, ip: fuller(fact, full) };
  };
  for (const one of events) fill(one);
  return fill;
}
