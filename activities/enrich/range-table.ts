import { ipv6Groups } from "#domain/event/address.ts";

export type Announced = { asn: number; org: string; country?: string };

/** An address as a text of equal length that sorts like the number it stands for. */
function key(ip: string): string {
  const groups = ipv6Groups(ip);
  if (groups) return groups.map((g) => g.toString(16).padStart(4, "0")).join("");
  return ip
    .split(".")
    .map((octet) => Number(octet).toString(16).padStart(2, "0"))
    .join("");
}

type Row = { from: string; to: string; what: Announced };

/** First-to-last blocks that do not overlap, found by halving. IPv4 and IPv6 are kept apart. */
export class RangeTable {
  readonly #v4: Row[] = [];
  readonly #v6: Row[] = [];
  #sorted = true;

  get size(): number {
    return this.#v4.length + this.#v6.length;
  }

  /** False when the block ends before it begins. */
  add(first: string, last: string, what: Announced): boolean {
    const row = { from: key(first), to: key(last), what };
    if (row.to < row.from) return false;
    (first.includes(":") ? this.#v6 : this.#v4).push(row);
    this.#sorted = false;
    return true;
  }

  find(ip: string): Announced | undefined {
    if (!this.#sorted) {
      for (const rows of [this.#v4, this.#v6]) rows.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
      this.#sorted = true;
    }
    const rows = ip.includes(":") ? this.#v6 : this.#v4;
    const wanted = key(ip);
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle]!.from <= wanted) low = middle + 1;
      else high = middle;
    }
    const row = rows[low - 1];
    return row && wanted <= row.to ? row.what : undefined;
  }
}
