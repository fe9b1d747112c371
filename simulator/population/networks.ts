import type { Rng } from "../random.ts";
import type { Address } from "../scenarios/networks.ts";

type Kind = "isp" | "mobile" | "hosting" | "vpn" | "relay" | "gateway" | "microsoft" | "tor" | "unknown";

interface Range {
  key: string;
  kind: Kind;
  country: string;
  asn: number;
  cidr: string;
  /** First 64 bits of the range's IPv6 addresses, for carriers that hand them out. */
  v6?: string;
}

const range = (key: string, kind: Kind, country: string, asn: number, cidr: string, v6?: string): Range => ({
  key,
  kind,
  country,
  asn,
  cidr,
  ...(v6 ? { v6 } : {}),
});

type City = [city: string, state: string, latitude: number, longitude: number];

const CITIES: Record<string, City[]> = {
  GB: [
    ["London", "England", 51.5072, -0.1276],
    ["Leeds", "England", 53.8008, -1.5491],
    ["Bristol", "England", 51.4545, -2.5879],
    ["Glasgow", "Scotland", 55.8642, -4.2518],
    ["Norwich", "England", 52.6309, 1.2974],
    ["Birmingham", "England", 52.4862, -1.8904],
  ],
  US: [
    ["Denver", "Colorado", 39.7392, -104.9903],
    ["Portland", "Oregon", 45.5152, -122.6784],
    ["Nashville", "Tennessee", 36.1627, -86.7816],
    ["Philadelphia", "Pennsylvania", 39.9526, -75.1652],
    ["Chicago", "Illinois", 41.8781, -87.6298],
    ["Dallas", "Texas", 32.7767, -96.797],
    ["Atlanta", "Georgia", 33.749, -84.388],
  ],
  DE: [
    ["Frankfurt am Main", "Hessen", 50.1109, 8.6821],
    ["Hamburg", "Hamburg", 53.5511, 9.9937],
    ["Muenchen", "Bayern", 48.1351, 11.582],
    ["Falkenstein", "Sachsen", 50.4779, 12.3713],
  ],
  NL: [
    ["Amsterdam", "Noord-Holland", 52.3676, 4.9041],
    ["Utrecht", "Utrecht", 52.0907, 5.1214],
    ["Eindhoven", "Noord-Brabant", 51.4416, 5.4697],
  ],
  FR: [
    ["Paris", "Ile-De-France", 48.8566, 2.3522],
    ["Roubaix", "Hauts-De-France", 50.6942, 3.1746],
  ],
  ES: [
    ["Madrid", "Madrid", 40.4168, -3.7038],
    ["Malaga", "Malaga", 36.7213, -4.4214],
  ],
  IT: [["Milano", "Milano", 45.4642, 9.19]],
  IE: [["Dublin", "Dublin", 53.3498, -6.2603]],
  PT: [["Lisboa", "Lisboa", 38.7223, -9.1393]],
  CA: [["Toronto", "Ontario", 43.6532, -79.3832]],
  AE: [["Dubai", "Dubai", 25.2048, 55.2708]],
  SG: [["Singapore", "Central Singapore", 1.3521, 103.8198]],
  IN: [["Mumbai", "Maharashtra", 19.076, 72.8777]],
  NG: [["Lagos", "Lagos", 6.5244, 3.3792]],
  ZA: [["Johannesburg", "Gauteng", -26.2041, 28.0473]],
  RO: [["Bucharest", "Bucuresti", 44.4268, 26.1025]],
  FI: [["Helsinki", "Uusimaa", 60.1699, 24.9384]],
  HR: [["Zagreb", "Grad Zagreb", 45.815, 15.9819]],
  RU: [["Moscow", "Moskva", 55.7558, 37.6173]],
  BR: [["Sao Paulo", "Sao Paulo", -23.5505, -46.6333]],
  VN: [["Hanoi", "Ha Noi", 21.0278, 105.8342]],
  CN: [["Guangzhou", "Guangdong", 23.1291, 113.2644]],
  TR: [["Istanbul", "Istanbul", 41.0082, 28.9784]],
};

/** Publicly announced ranges and who announces them. Plain data: nothing is looked up. */
const RANGES: readonly Range[] = [
  range("bt", "isp", "GB", 2856, "81.128.0.0/12"),
  range("virgin", "isp", "GB", 5089, "82.0.0.0/11"),
  range("sky-uk", "isp", "GB", 5607, "90.192.0.0/11"),
  range("talktalk", "isp", "GB", 13285, "78.144.0.0/13"),
  range("ee", "mobile", "GB", 12576, "31.64.0.0/13", "2a01:4c8:"),
  range("o2-uk", "mobile", "GB", 35228, "82.132.128.0/17"),
  range("vodafone-uk", "mobile", "GB", 15502, "148.252.128.0/17"),
  range("three-uk", "mobile", "GB", 206067, "92.40.0.0/15"),
  range("comcast", "isp", "US", 7922, "73.0.0.0/8", "2601:"),
  range("charter", "isp", "US", 20115, "71.80.0.0/13"),
  range("verizon-fios", "isp", "US", 701, "108.16.0.0/13"),
  range("att", "isp", "US", 7018, "107.192.0.0/11", "2600:1700:"),
  range("cox", "isp", "US", 22773, "68.96.0.0/13"),
  range("tmobile-us", "mobile", "US", 21928, "172.32.0.0/11", "2607:fb90:"),
  range("verizon-wireless", "mobile", "US", 6167, "174.192.0.0/10", "2600:1000:"),
  range("att-mobility", "mobile", "US", 20057, "107.77.192.0/18"),
  range("telekom-de", "isp", "DE", 3320, "87.128.0.0/11", "2003:"),
  range("vodafone-de", "isp", "DE", 3209, "88.64.0.0/12"),
  range("telekom-de-mobile", "mobile", "DE", 3320, "80.187.0.0/16"),
  range("vodafone-de-mobile", "mobile", "DE", 3209, "109.40.0.0/14"),
  range("kpn", "isp", "NL", 1136, "77.160.0.0/13"),
  range("ziggo", "isp", "NL", 33915, "84.24.0.0/13"),
  range("vodafone-nl", "mobile", "NL", 15480, "62.140.128.0/18"),
  range("odido", "mobile", "NL", 31615, "143.176.0.0/15"),
  range("orange-fr", "isp", "FR", 3215, "90.0.0.0/11"),
  range("telefonica-es", "isp", "ES", 3352, "83.32.0.0/12"),
  range("orange-es-mobile", "mobile", "ES", 12479, "31.4.128.0/17"),
  range("tim-it", "isp", "IT", 3269, "79.0.0.0/12"),
  range("eir", "isp", "IE", 5466, "86.40.0.0/14"),
  range("meo-pt", "isp", "PT", 3243, "85.240.0.0/14"),
  range("bell-ca", "isp", "CA", 577, "70.48.0.0/13"),
  range("etisalat", "isp", "AE", 5384, "94.200.0.0/14"),
  range("singtel", "isp", "SG", 9506, "119.74.0.0/16"),
  range("jio", "mobile", "IN", 55836, "49.32.0.0/12"),
  range("mtn-ng", "mobile", "NG", 29465, "197.210.0.0/16"),
  range("airtel-ng", "mobile", "NG", 36873, "105.112.0.0/13"),
  range("telkom-za", "isp", "ZA", 37457, "105.224.0.0/13"),
  range("vivo-br", "isp", "BR", 27699, "177.32.0.0/12"),
  range("viettel", "isp", "VN", 7552, "171.224.0.0/12"),
  range("chinanet", "isp", "CN", 4134, "113.64.0.0/11"),
  range("turk-telekom", "isp", "TR", 9121, "78.160.0.0/12"),
  range("digitalocean-de", "hosting", "DE", 14061, "165.22.16.0/20"),
  range("digitalocean-us", "hosting", "US", 14061, "64.225.0.0/17"),
  range("digitalocean-gb", "hosting", "GB", 14061, "165.22.112.0/20"),
  range("ovh-fr", "hosting", "FR", 16276, "51.68.0.0/16"),
  range("vultr-nl", "hosting", "NL", 20473, "45.76.32.0/20"),
  range("hetzner-de", "hosting", "DE", 24940, "78.46.0.0/15"),
  range("hetzner-fi", "hosting", "FI", 24940, "95.216.0.0/16"),
  range("linode-us", "hosting", "US", 63949, "172.104.0.0/19"),
  range("aws-us", "hosting", "US", 14618, "54.80.0.0/13"),
  range("aws-de", "hosting", "DE", 16509, "18.184.0.0/15"),
  range("gcp-nl", "hosting", "NL", 396982, "35.204.0.0/15"),
  range("azure-nl", "hosting", "NL", 8075, "52.174.0.0/16"),
  range("azure-us", "hosting", "US", 8075, "52.176.0.0/16"),
  range("frantech-us", "hosting", "US", 53667, "198.98.48.0/20"),
  range("blnetworks-us", "hosting", "US", 399629, "64.190.113.0/24"),
  range("clouvider-gb", "hosting", "GB", 62240, "91.132.136.0/22"),
  range("hostroyale-gb", "hosting", "GB", 203020, "181.214.206.0/24"),
  range("m247-ro", "vpn", "RO", 9009, "185.156.172.0/22"),
  range("m247-gb", "vpn", "GB", 9009, "89.238.128.0/18"),
  range("datacamp-hr", "vpn", "HR", 212238, "149.102.224.0/19"),
  range("datacamp-us", "vpn", "US", 212238, "156.146.32.0/20"),
  range("datacamp-de", "vpn", "DE", 212238, "84.17.48.0/22"),
  range("datacamp-nl", "vpn", "NL", 212238, "185.107.56.0/24"),
  range("tor", "tor", "DE", 60729, "185.220.101.0/24"),
  range("relay-cloudflare-gb", "relay", "GB", 13335, "104.28.86.0/24"),
  range("relay-cloudflare-us", "relay", "US", 13335, "104.28.32.0/22"),
  range("relay-akamai-us", "relay", "US", 36183, "172.224.224.0/20"),
  range("relay-fastly-de", "relay", "DE", 54113, "146.75.166.0/24"),
  range("relay-fastly-nl", "relay", "NL", 54113, "146.75.170.0/24"),
  range("zscaler-gb", "gateway", "GB", 62044, "165.225.80.0/22"),
  range("zscaler-us", "gateway", "US", 22616, "165.225.0.0/23"),
  range("zscaler-de", "gateway", "DE", 62044, "165.225.72.0/22"),
  range("zscaler-nl", "gateway", "NL", 62044, "165.225.28.0/23"),
  range("microsoft-ie", "microsoft", "IE", 8075, "20.190.128.0/18"),
  range("microsoft-nl", "microsoft", "NL", 8075, "40.126.0.0/18"),
  range("small-host-1", "unknown", "NL", 208046, "45.147.228.0/22"),
  range("small-host-2", "unknown", "RU", 200019, "5.181.156.0/22"),
  range("small-host-3", "unknown", "US", 396073, "193.29.56.0/22"),
  range("small-host-4", "unknown", "TR", 212219, "193.31.116.0/22"),
];

const byKey = new Map(RANGES.map((r) => [r.key, r]));

/** Keys of the ranges of a kind, in a country when one is given. */
export function rangesOf(kind: Kind, country?: string): string[] {
  return RANGES.filter((r) => r.kind === kind && (country === undefined || r.country === country)).map((r) => r.key);
}

/** A host address of the range; `city` names one of the country's cities (another country's is passed over), `v6` asks for IPv6 where there is some. */
export function addressIn(key: string, rng: Rng, options: { city?: string; v6?: boolean } = {}): Address {
  const found = byKey.get(key);
  if (!found) throw new Error(`no address range '${key}'`);
  const cities = CITIES[found.country] ?? [];
  const drawn = cities[rng.int(0, cities.length - 1)];
  const city = cities.find(([name]) => name === options.city) ?? drawn;
  if (!city) throw new Error(`no city in ${found.country}`);
  const ip = options.v6 && found.v6 ? v6Address(found.v6, rng) : v4Address(found.cidr, rng);
  return {
    ip,
    asn: found.asn,
    network: key,
    city: city[0],
    state: city[1],
    country: found.country,
    latitude: city[2],
    longitude: city[3],
  };
}

function v4Address(cidr: string, rng: Rng): string {
  const [base = "", bits = "32"] = cidr.split("/");
  const start = base.split(".").reduce((value, part) => value * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  let host = Math.floor(rng.next() * size);
  if (host % 256 < 2 || host % 256 === 255) host = Math.floor(host / 256) * 256 + 2 + rng.int(0, 250);
  const value = start + host;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Eight groups without zeros to shorten, as Entra prints them. */
function v6Address(prefix: string, rng: Rng): string {
  const groups = prefix.split(":").filter((g) => g !== "");
  while (groups.length < 8) groups.push(rng.int(0x1000, 0xffff).toString(16));
  return groups.join(":");
}
