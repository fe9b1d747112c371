import { DAY, type Seen, SILENT } from "#detections/world/seen.ts";
import type { NetworkKind, NormalizedEvent } from "#domain/event/event.ts";
import { random } from "./measure.ts";

const PER_TENANT = 100;
const START = Date.UTC(2026, 0, 5);
const AGENTS = ["Chrome/Windows", "Edge/Windows", "Safari/iOS", "Outlook/Android", "Chrome/macOS", "Firefox/Linux"];
const COUNTRIES = ["GB", "DE", "FR", "NL", "US", "SE", "PL", "IT"];
const AWAY = ["BR", "VN", "NG", "ID", "TR"];

export type Drawn = { seen: Seen; account: { key: string }; isOdd: boolean };

/** How a tenant's people share its records: the busiest has the most, the next half of it, the third a third. */
const SHARES = Array.from({ length: PER_TENANT }, (_, rank) => 1 / (rank + 1));
const CUMULATED = SHARES.map(
  (_, rank) => SHARES.slice(0, rank + 1).reduce((a, b) => a + b) / SHARES.reduce((a, b) => a + b),
);

const hex = (n: number, digits: number): string => (n >>> 0).toString(16).padStart(digits, "0").slice(-digits);
const keyOf = (user: number): string =>
  `${hex(Math.imul(user, 0x9e3779b1), 8)}-${hex(user, 4)}-4${hex(user >> 4, 3)}-8${hex(user >> 8, 3)}-${hex(user, 12)}`;
const deviceOf = (user: number, n: number): string =>
  `${hex(Math.imul(user + 1, 0x85ebca6b), 8)}-${hex(n, 4)}-4000-8000-${hex(user, 12)}`;

/**
 * Draws records of `users` people in companies of a hundred: from home, the office and a carrier's changing addresses, on two
 * devices each. One in a thousand comes from a country, a provider and a device that nobody there has used.
 */
export class Drawer {
  readonly #users: number;
  readonly #next: () => number;
  #drawn = 0;
  readonly #days: number;
  readonly #perDay: number;

  constructor(users: number, perUser: number, days: number, seed: number) {
    this.#users = users;
    this.#next = random(seed);
    this.#days = days;
    this.#perDay = (users * perUser) / days;
  }

  draw(count: number, canBeOdd: boolean): Drawn[] {
    return Array.from({ length: count }, () => this.#one(canBeOdd));
  }

  #one(canBeOdd: boolean): Drawn {
    const next = this.#next;
    const tenant = Math.floor(next() * (this.#users / PER_TENANT));
    const share = next();
    const user =
      tenant * PER_TENANT +
      Math.max(
        0,
        CUMULATED.findIndex((sum) => share < sum),
      );
    const at = START + Math.min(this.#days, this.#drawn++ / this.#perDay) * DAY + next() * 1000;
    const isOdd = canBeOdd && next() < 0.001;
    const where = next();
    const country = COUNTRIES[tenant % COUNTRIES.length]!;
    const device = next() < 0.7 ? 0 : 1;
    const agent = isOdd ? "axios/?" : AGENTS[(user + device) % AGENTS.length]!;
    const place = isOdd
      ? {
          ip: `45.${user & 255}.${(user >> 8) & 255}.${(user >> 16) + 9}`,
          asn: 90_000 + (user % 50),
          kind: "hosting" as const,
          country: AWAY[user % AWAY.length]!,
        }
      : where < 0.5
        ? {
            ip: `${60 + (user >> 18)}.${(user >> 10) & 255}.${(user >> 2) & 255}.${((user & 3) << 6) + 7}`,
            asn: 1000 + (user % 300),
            kind: "isp" as const,
            country,
          }
        : where < 0.85
          ? {
              ip: `150.${(tenant >> 8) & 255}.${tenant & 255}.10`,
              asn: 1000 + (tenant % 300),
              kind: "isp" as const,
              country,
            }
          : {
              ip: `100.${64 + (tenant & 31)}.${user & 127}.${Math.floor(next() * 4)}`,
              asn: 2000 + (tenant % 40),
              kind: "mobile" as const,
              country,
            };
    return {
      seen: seenOf(at, place, agent, isOdd ? undefined : deviceOf(user, device)),
      account: { key: keyOf(user) },
      isOdd,
    };
  }
}

function seenOf(
  at: number,
  place: { ip: string; asn: number; kind: NetworkKind; country: string },
  agent: string,
  deviceId: string | undefined,
): Seen {
  const [family = "", os = "?"] = agent.split("/");
  const event: NormalizedEvent = {
    recordId: "r",
    source: "sign-in",
    contentHash: "",
    occurredAt: "",
    category: "login",
    action: "sign-in",
    operation: "Sign-in activity",
    outcome: "success",
    actor: { kind: "person" },
    client: { ip: place.ip, ...(deviceId ? { deviceId } : {}) },
    handles: {},
    params: {},
  };
  return { event, ids: ["r"], at, facts: { ip: place, agent: { family, kind: "browser", os } }, place: SILENT };
}
