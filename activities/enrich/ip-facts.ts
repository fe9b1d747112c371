import ipaddr from "ipaddr.js";
import type { IpFact } from "#domain/event/event.ts";
import { type Network, OWN_NETWORKS } from "./networks.ts";

/** Answers what is known of an address without asking anybody. */
export type IpIntelligence = (ip: string) => IpFact;

type Table = { width: 4 | 16; byPrefix: Map<number, Map<string, Network>>; prefixes: number[] };

function emptyTable(width: 4 | 16): Table {
  return { width, byPrefix: new Map(), prefixes: [] };
}

/** Bytes of an address cut to `prefix` bits, as a map key. */
function key(bytes: readonly number[], prefix: number): string {
  const whole = prefix >> 3;
  const rest = prefix & 7;
  const head = bytes.slice(0, whole).join(".");
  return rest === 0 ? head : `${head}/${(bytes[whole] ?? 0) >> (8 - rest)}`;
}

function insert(table: Table, bytes: readonly number[], prefix: number, network: Network): void {
  const found = table.byPrefix.get(prefix);
  const map = found ?? new Map<string, Network>();
  if (!found) table.byPrefix.set(prefix, map);
  map.set(key(bytes, prefix), network);
}

/** The most specific block first: longest prefix wins, whatever the order of the source. */
function lookup(table: Table, bytes: readonly number[]): Network | undefined {
  for (const prefix of table.prefixes) {
    const found = table.byPrefix.get(prefix)?.get(key(bytes, prefix));
    if (found) return found;
  }
  return undefined;
}

const MAX_CACHED = 50_000;

/**
 * Builds the look-up over blocks. Later blocks replace equal earlier ones, so a feed of the operator is passed after
 * our own. A line whose block does not parse is left out; `skipped` counts them.
 */
export function ipIntelligence(networks: readonly Network[]): IpIntelligence & { skipped: number } {
  const v4 = emptyTable(4);
  const v6 = emptyTable(16);
  let skipped = 0;
  for (const network of networks) {
    try {
      const [address, prefix] = ipaddr.parseCIDR(network.cidr);
      insert(address.kind() === "ipv4" ? v4 : v6, address.toByteArray(), prefix, network);
    } catch {
      skipped += 1;
    }
  }
  for (const table of [v4, v6]) table.prefixes = [...table.byPrefix.keys()].sort((a, b) => b - a);
  const cache = new Map<string, IpFact>();
  const answer = (ip: string): IpFact => {
    const cached = cache.get(ip);
    if (cached) return cached;
    const fact = ipaddr.isValid(ip) ? factOf(ip, v4, v6) : ({ ip, kind: "unknown" } satisfies IpFact);
    if (cache.size < MAX_CACHED) cache.set(ip, fact);
    return fact;
  };
  return Object.assign(answer, { skipped });
}

function factOf(ip: string, v4: Table, v6: Table): IpFact {
  const address = ipaddr.process(ip);
  const found = lookup(address.kind() === "ipv4" ? v4 : v6, address.toByteArray());
  if (!found) return { ip, kind: "unknown" };
  return {
    ip,
    kind: found.kind,
    ...(found.asn > 0 ? { asn: found.asn } : {}),
    ...(found.org ? { org: found.org } : {}),
    ...(found.country ? { country: found.country } : {}),
  };
}

/** Facts from our own table only. */
export const ipFacts: IpIntelligence = ipIntelligence(OWN_NETWORKS);
