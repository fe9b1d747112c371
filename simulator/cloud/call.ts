import type { Context } from "hono";
import type { Json, Tenant } from "../state/types.ts";
import type { ViolationType, World } from "../state/world.ts";

/** Claims of a token of this cloud (Entra access token reference). */
export interface Claims {
  aud: string;
  tid: string;
  appid: string;
  oid: string;
  roles: string[];
  wids: string[];
  idtyp: "app" | "user";
  upn?: string;
  scp?: string;
  xms_cc?: string[];
  jti: string;
  exp: number;
}

/** What the pipeline hands to a host's routes. */
export interface Bindings {
  world: World;
  requestId: string;
  clientRequestId: string;
  /** host + path, as it would read in a log: `graph.microsoft.com/v1.0/users`. */
  virtualPath: string;
  bodyText: string;
  /** Filled by authentication; the pipeline reads it for the request log. */
  seen: { tenantId: string | null; appId: string | null; authenticated: boolean };
}

export type CloudContext = Context<{ Bindings: Bindings }>;

/** One authenticated call of a tenant. */
export class Call {
  readonly c: CloudContext;
  readonly tenant: Tenant;
  readonly claims: Claims;
  readonly url: URL;
  readonly query: URLSearchParams;

  constructor(c: CloudContext, tenant: Tenant, claims: Claims) {
    this.c = c;
    this.tenant = tenant;
    this.claims = claims;
    this.url = new URL(c.req.url);
    this.query = this.url.searchParams;
  }

  get world(): World {
    return this.c.env.world;
  }

  get now(): number {
    return this.world.clock.now();
  }

  get beta(): boolean {
    return this.url.pathname.startsWith("/beta/");
  }

  body(): Json {
    const text = this.c.env.bodyText;
    if (text.trim() === "") return {};
    return JSON.parse(text) as Json;
  }

  /** Writes the truth log; also the violation when nobody allowed writes to this tenant. */
  effect(effect: { effect: string; target: string; before: unknown; after: unknown; changed?: boolean }): void {
    const { before, after } = effect;
    this.world.recordEffect({
      tenantId: this.tenant.id,
      method: this.c.req.method,
      path: this.c.env.virtualPath,
      appId: this.claims.appid,
      effect: effect.effect,
      target: effect.target,
      changed: effect.changed ?? JSON.stringify(before) !== JSON.stringify(after),
      before: structuredClone(before ?? null),
      after: structuredClone(after ?? null),
      requestId: this.c.env.requestId,
      clientRequestId: this.c.env.clientRequestId,
    });
    if (!this.tenant.writesAllowed) this.violation("write-without-authority", effect.effect);
  }

  violation(type: ViolationType, detail: string): void {
    recordViolation(this.c, type, this.tenant.id, detail);
  }
}

export function recordViolation(c: CloudContext, type: ViolationType, tenantId: string | null, detail: string): void {
  c.env.world.recordViolation({
    type,
    tenantId,
    method: c.req.method,
    path: c.env.virtualPath,
    detail,
    requestId: c.env.requestId,
  });
}
