import type { Clock } from "../clock.ts";
import { createRng, type Rng } from "../random.ts";
import type { Tenant } from "./types.ts";

export interface Effect {
  seq: number;
  at: string;
  tenantId: string;
  method: string;
  path: string;
  appId: string;
  effect: string;
  target: string;
  changed: boolean;
  before: unknown;
  after: unknown;
  requestId: string;
  clientRequestId: string;
}

interface RequestLine {
  seq: number;
  at: string;
  method: string;
  path: string;
  tenantId: string | null;
  appId: string | null;
  status: number | "reset";
  fault: string | null;
  requestId: string;
}

export type ViolationType =
  | "unknown-path"
  | "missing-token"
  | "cross-tenant-token"
  | "wrong-audience"
  | "first-party-target"
  | "write-without-authority";

interface Violation {
  seq: number;
  at: string;
  type: ViolationType;
  tenantId: string | null;
  method: string;
  path: string;
  detail: string;
  requestId: string;
}

/** How long after an event each source shows it, in milliseconds. */
export interface Availability {
  ual: number;
  interactive: number;
  nonInteractive: number;
  directory: number;
}

interface OurApplication {
  clientId: string;
  clientSecret: string;
  /** PEM certificates whose assertions are accepted. */
  certificates: { pem: string; acceptedFrom: number }[];
}

export interface RefreshToken {
  token: string;
  tenantId: string;
  upn: string;
  createdAt: number;
}

const REQUEST_LOG_LIMIT = 20_000;

/** Everything the simulated cloud knows. The only mutable root; each port works on the same instance. */
export class World {
  readonly clock: Clock;
  readonly seed: string;
  readonly rng: Rng;
  readonly tenants = new Map<string, Tenant>();
  readonly our: OurApplication;
  readonly availability: Availability;
  effects: Effect[] = [];
  requests: RequestLine[] = [];
  violations: Violation[] = [];
  refreshTokens: RefreshToken[] = [];
  codes = new Map<string, { tenantId: string; upn: string; redirectUri: string }>();
  caeChallenged = new Set<string>();
  /** `gdapRoles`: directory role templates the relationships give its administrators at customers. */
  partner: {
    tenantId: string;
    customers: string[];
    users: { upn: string; displayName: string }[];
    gdapRoles?: string[];
  } | null = null;
  seq = 0;
  private listeners: (() => void)[] = [];

  constructor(options: { clock: Clock; seed: string; our: OurApplication; availability: Availability }) {
    this.clock = options.clock;
    this.seed = options.seed;
    this.rng = createRng(`world/${options.seed}`);
    this.our = options.our;
    this.availability = options.availability;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  touched(): void {
    for (const listener of this.listeners) listener();
  }

  /** By id or by a verified domain, as Entra resolves the tenant segment of a path. */
  findTenant(idOrDomain: string): Tenant | undefined {
    const wanted = idOrDomain.toLowerCase();
    const direct = this.tenants.get(wanted);
    if (direct) return direct;
    return [...this.tenants.values()].find((t) => t.domain === wanted || t.initialDomain === wanted);
  }

  recordEffect(effect: Omit<Effect, "seq" | "at">): void {
    this.effects.push({ seq: ++this.seq, at: this.clock.iso(), ...effect });
    this.touched();
  }

  recordRequest(line: Omit<RequestLine, "seq" | "at">): void {
    this.requests.push({ seq: ++this.seq, at: this.clock.iso(), ...line });
    if (this.requests.length > REQUEST_LOG_LIMIT) this.requests.splice(0, REQUEST_LOG_LIMIT / 10);
  }

  recordViolation(violation: Omit<Violation, "seq" | "at">): void {
    this.violations.push({ seq: ++this.seq, at: this.clock.iso(), ...violation });
    this.touched();
  }
}
