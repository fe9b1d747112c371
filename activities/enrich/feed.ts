import { ipv6Groups, parseAddress } from "#domain/event/address.ts";
import { NETWORK_KINDS, type NetworkKind } from "#domain/event/event.ts";
import type { Network } from "./networks.ts";
import { RangeTable } from "./range-table.ts";

const MAX_LINES = 2_000_000;

export type Feed = {
  networks: Network[];
  /** First and last address of announced blocks with who announces them, as public routing tables are published. */
  ranges: RangeTable;
  badLines: number[];
};

/** `a,"b, c",d` → three fields; tabs serve as well. */
function fields(line: string): string[] {
  if (line.includes("\t")) return line.split("\t").map((f) => f.trim());
  if (!line.includes('"')) return line.split(",").map((f) => f.trim());
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
    .slice(0, 16)
    .map((m) => (m[1] ?? "").trim().replace(/^"|"$/g, "").replaceAll('""', '"'));
}

function block(parts: string[]): Network | undefined {
  const [cidr = "", asn = "", kind = "", country = "", ...org] = parts;
  const number = Number(asn.replace(/^AS/i, ""));
  if (!Number.isInteger(number) || !NETWORK_KINDS.includes(kind as NetworkKind)) return undefined;
  const base = {
    cidr,
    asn: number,
    kind: kind as NetworkKind,
    org: org.filter((o, i) => o !== "" || i === 0).join(","),
  };
  return /^[A-Za-z]{2}$/.test(country) ? { ...base, country: country.toUpperCase() } : base;
}

/** `start,end,asn,name` or `start,end,asn,country,name` (also separated by tabs), or `start,end,country`. */
function range(parts: string[], ranges: RangeTable): boolean {
  const [first = "", last = "", third = "", ...rest] = parts;
  const [from, to] = [parseAddress(first)?.ip, parseAddress(last)?.ip];
  if (!from || !to || (ipv6Groups(from) === undefined) !== (ipv6Groups(to) === undefined)) return false;
  if (/^[A-Za-z]{2}$/.test(third)) return ranges.add(from, to, { asn: 0, org: "", country: third.toUpperCase() });
  const asn = Number(third.replace(/^AS/i, ""));
  if (!Number.isInteger(asn)) return false;
  const named = rest.length > 1 && /^[A-Za-z]{2}$/.test(rest[0] ?? "");
  const org = (named ? rest.slice(1) : rest).filter(Boolean).join(", ");
  return ranges.add(from, to, { asn, org, ...(named ? { country: (rest[0] ?? "").toUpperCase() } : {}) });
}

/**
 * Reads an operator's feed in any of these forms, line by line, mixed as they come: `block,asn,kind,country,name` (asn
 * with or without "AS"; country and name may be empty), which says what a block is used for; and the forms in which
 * public routing tables are published, `first,last,asn,name` and `first,last,asn,country,name`, with commas or tabs,
 * which say who announces it; and `first,last,country`. `#` begins a remark. The numbers of lines that could not be read
 * are returned.
 */
export function readNetworkFeed(csv: string): Feed {
  const out: Feed = { networks: [], ranges: new RangeTable(), badLines: [] };
  csv.split(/\r?\n/, MAX_LINES).forEach((line, index) => {
    const body = line.trim();
    if (body === "" || body.startsWith("#")) return;
    const parts = fields(body);
    const network = parts[0]?.includes("/") ? block(parts) : undefined;
    if (network) out.networks.push(network);
    else if (!range(parts, out.ranges)) out.badLines.push(index + 1);
  });
  return out;
}
