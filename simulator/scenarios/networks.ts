import type { Rng } from "../random.ts";

interface Place {
  city: string;
  state: string;
  country: string;
  latitude: number;
  longitude: number;
}

interface Network {
  key: string;
  asn: number;
  name: string;
  cidr: string;
  kind: "isp" | "mobile" | "hosting" | "vpn" | "microsoft";
  places: readonly Place[];
}

export interface Address extends Place {
  ip: string;
  asn: number;
  network: string;
}

const place = (city: string, state: string, country: string, latitude: number, longitude: number): Place => ({
  city,
  state,
  country,
  latitude,
  longitude,
});

const UK = [
  place("London", "England", "GB", 51.5072, -0.1276),
  place("Leeds", "England", "GB", 53.8008, -1.5491),
  place("Bristol", "England", "GB", 51.4545, -2.5879),
  place("Norwich", "England", "GB", 52.6309, 1.2974),
];
const US = [
  place("Denver", "Colorado", "US", 39.7392, -104.9903),
  place("Portland", "Oregon", "US", 45.5152, -122.6784),
  place("Nashville", "Tennessee", "US", 36.1627, -86.7816),
  place("Philadelphia", "Pennsylvania", "US", 39.9526, -75.1652),
];

/** Publicly documented address ranges and who announces them. Plain data: the simulator looks nothing up. */
export const NETWORKS: readonly Network[] = [
  { key: "bt", asn: 2856, name: "British Telecommunications PLC", cidr: "81.128.0.0/12", kind: "isp", places: UK },
  { key: "virgin", asn: 5089, name: "Virgin Media Limited", cidr: "82.0.0.0/11", kind: "isp", places: UK },
  { key: "comcast", asn: 7922, name: "Comcast Cable Communications", cidr: "73.0.0.0/8", kind: "isp", places: US },
  { key: "tmobile", asn: 21928, name: "T-Mobile USA", cidr: "172.32.0.0/11", kind: "mobile", places: US },
  {
    key: "telekom",
    asn: 3320,
    name: "Deutsche Telekom AG",
    cidr: "87.128.0.0/10",
    kind: "isp",
    places: [
      place("Hannover", "Niedersachsen", "DE", 52.3759, 9.732),
      place("Dortmund", "Nordrhein-Westfalen", "DE", 51.5136, 7.4653),
    ],
  },
  {
    key: "amazon",
    asn: 16509,
    name: "Amazon.com",
    cidr: "34.240.0.0/13",
    kind: "hosting",
    places: [place("Dublin", "Dublin", "IE", 53.3498, -6.2603)],
  },
  {
    key: "digitalocean",
    asn: 14061,
    name: "DigitalOcean",
    cidr: "165.22.0.0/16",
    kind: "hosting",
    places: [place("Frankfurt am Main", "Hessen", "DE", 50.1109, 8.6821)],
  },
  {
    key: "digitalocean-2",
    asn: 14061,
    name: "DigitalOcean",
    cidr: "64.225.0.0/17",
    kind: "hosting",
    places: [place("Santa Clara", "California", "US", 37.3541, -121.9552)],
  },
  {
    key: "ovh",
    asn: 16276,
    name: "OVH SAS",
    cidr: "51.68.0.0/16",
    kind: "hosting",
    places: [place("Roubaix", "Hauts-de-France", "FR", 50.6942, 3.1746)],
  },
  {
    key: "vultr",
    asn: 20473,
    name: "The Constant Company (Vultr)",
    cidr: "45.76.0.0/16",
    kind: "hosting",
    places: [place("Amsterdam", "Noord-Holland", "NL", 52.3676, 4.9041)],
  },
  {
    key: "m247",
    asn: 9009,
    name: "M247 Europe",
    cidr: "185.156.172.0/22",
    kind: "hosting",
    places: [place("Bucharest", "Bucuresti", "RO", 44.4268, 26.1025)],
  },
  {
    key: "datacamp",
    asn: 212238,
    name: "Datacamp Limited",
    cidr: "149.102.224.0/19",
    kind: "vpn",
    places: [place("Zagreb", "Grad Zagreb", "HR", 45.815, 15.9819)],
  },
  {
    key: "microsoft",
    asn: 8075,
    name: "Microsoft Corporation",
    cidr: "20.190.128.0/18",
    kind: "microsoft",
    places: [place("Dublin", "Dublin", "IE", 53.3498, -6.2603)],
  },
  {
    key: "microsoft-2",
    asn: 8075,
    name: "Microsoft Corporation",
    cidr: "40.126.0.0/18",
    kind: "microsoft",
    places: [place("Amsterdam", "Noord-Holland", "NL", 52.3676, 4.9041)],
  },
];

export function network(key: string): Network {
  const found = NETWORKS.find((n) => n.key === key);
  if (!found) throw new Error(`no network '${key}'`);
  return found;
}

/** A host address of the network, at one of its places. */
export function addressIn(key: string, rng: Rng, at?: Place): Address {
  const { cidr, asn, places } = network(key);
  const [base = "", bits = "32"] = cidr.split("/");
  const start = base.split(".").reduce((value, part) => value * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  let number = start + 256 + Math.floor(rng.next() * Math.max(1, size - 512));
  if (number % 256 < 2) number += 17;
  const ip = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
  return { ip, asn, network: key, ...(at ?? rng.pick(places)) };
}
