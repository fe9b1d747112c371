import { NETWORK_KINDS, type NetworkKind } from "#domain/event/event.ts";
import type { Network } from "./networks.ts";

const MAX_LINES = 2_000_000;

/**
 * Reads an operator's feed: CSV lines `block,asn,kind,country,name` (asn with or without "AS"; country and name may be
 * empty), `#` for remarks. Returns what could be read and the numbers of the lines that could not.
 */
export function readNetworkFeed(csv: string): { networks: Network[]; badLines: number[] } {
  const networks: Network[] = [];
  const badLines: number[] = [];
  csv.split(/\r?\n/, MAX_LINES).forEach((line, index) => {
    const body = line.trim();
    if (body === "" || body.startsWith("#")) return;
    const [cidr = "", asn = "", kind = "", country = "", ...org] = body.split(",").map((part) => part.trim());
    const number = Number(asn.replace(/^AS/i, ""));
    if (!cidr.includes("/") || !Number.isInteger(number) || !NETWORK_KINDS.includes(kind as NetworkKind)) {
      badLines.push(index + 1);
      return;
    }
    const base = { cidr, asn: number, kind: kind as NetworkKind, org: org.join(",") };
    networks.push(/^[A-Za-z]{2}$/.test(country) ? { ...base, country: country.toUpperCase() } : base);
  });
  return { networks, badLines };
}
