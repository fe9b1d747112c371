/** An address as recorded, taken apart. `ip` is canonical: dotted IPv4, or lower-case compressed IPv6. */
export type ParsedAddress = { ip: string; port?: number };

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

function parseV4(text: string): string | undefined {
  const m = V4.exec(text);
  if (!m) return undefined;
  const [, a, b, c, d] = m.map(Number) as [number, number, number, number, number];
  return a <= 255 && b <= 255 && c <= 255 && d <= 255 ? `${a}.${b}.${c}.${d}` : undefined;
}

/** The eight 16-bit groups of an IPv6 address, or undefined. Accepts `::`, an embedded IPv4 tail and a zone id. */
export function ipv6Groups(text: string): number[] | undefined {
  let body = text.split("%")[0] ?? "";
  if (!body.includes(":") || body.length > 45) return undefined;
  const tail = body.slice(body.lastIndexOf(":") + 1);
  if (tail.includes(".")) {
    const v4 = parseV4(tail);
    if (!v4) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = v4.split(".").map(Number);
    body = `${body.slice(0, -tail.length)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = body.split("::");
  if (halves.length > 2) return undefined;
  const toGroups = (half: string | undefined): string[] => (half ? half.split(":") : []);
  const head = toGroups(halves[0]);
  const rest = toGroups(halves[1]);
  const missing = 8 - head.length - rest.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill("0"), ...rest];
  if (!all.every((g) => /^[0-9a-fA-F]{1,4}$/.test(g))) return undefined;
  return all.map((g) => Number.parseInt(g, 16));
}

function canonicalV6(groups: number[]): string {
  if (groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff) {
    const [hi = 0, lo = 0] = groups.slice(6);
    return [hi >> 8, hi & 255, lo >> 8, lo & 255].join(".");
  }
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > best.length) best = { at: i, length: j - i };
    if (j > i) i = j;
  }
  const hex = groups.map((g) => g.toString(16));
  if (best.at < 0) return hex.join(":");
  return `${hex.slice(0, best.at).join(":")}::${hex.slice(best.at + best.length).join(":")}`;
}

/**
 * Reads the forms Microsoft writes: `1.2.3.4`, `1.2.3.4:52310`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:52310`.
 * Anything else (empty, "::1"-less words, host names, `<null>`) gives undefined.
 */
export function parseAddress(text: string | undefined): ParsedAddress | undefined {
  const body = text?.trim();
  if (!body) return undefined;
  const bracket = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(body);
  if (bracket) return withPort(bracket[1] ?? "", bracket[2]);
  const v4port = /^(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/.exec(body);
  if (v4port) return withPort(v4port[1] ?? "", v4port[2]);
  return withPort(body, undefined);
}

function withPort(host: string, portText: string | undefined): ParsedAddress | undefined {
  const groups = ipv6Groups(host);
  const ip = parseV4(host) ?? (groups ? canonicalV6(groups) : undefined);
  if (!ip) return undefined;
  const port = portText === undefined ? undefined : Number(portText);
  return port !== undefined && port > 0 && port <= 65535 ? { ip, port } : { ip };
}

/** The network an address is in: /24 for IPv4, /48 for IPv6. A carrier or office keeps it while the last part moves. */
export function networkOf(ip: string): string {
  if (ip.includes(":")) {
    const groups = ipv6Groups(ip) ?? [];
    return `${groups
      .slice(0, 3)
      .map((g) => g.toString(16))
      .join(":")}::/48`;
  }
  return `${ip.slice(0, ip.lastIndexOf("."))}.0/24`;
}
