import { randomUUID } from "node:crypto";
import { decodeJwt, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../clock.ts";
import type { Installation } from "../state/types.ts";
import type { Claims } from "./call.ts";

/** The cloud's signing key. Kept in the state file so that tokens outlive a restart. */
export class TokenService {
  private readonly clock: Clock;
  private readonly privateJwk: JWK;
  private readonly keys: Awaited<ReturnType<typeof loadKeys>>;

  private constructor(clock: Clock, privateJwk: JWK, keys: Awaited<ReturnType<typeof loadKeys>>) {
    this.clock = clock;
    this.privateJwk = privateJwk;
    this.keys = keys;
  }

  static async create(clock: Clock, stored?: JWK): Promise<TokenService> {
    let jwk = stored;
    if (!jwk) {
      const pair = await generateKeyPair("RS256", { extractable: true });
      jwk = { ...(await exportJWK(pair.privateKey)), kid: randomUUID(), alg: "RS256", use: "sig" };
    }
    return new TokenService(clock, jwk, await loadKeys(jwk));
  }

  exportKey(): JWK {
    return this.privateJwk;
  }

  jwks(): { keys: JWK[] } {
    const { n, e, kid, alg, use, kty } = this.privateJwk as JWK & { n: string; e: string };
    return { keys: [{ kty: kty as string, n, e, kid: kid as string, alg: alg as string, use: use as string }] };
  }

  /** An app-only token; roles and directory roles are those of this moment, not of the moment of use. */
  async issueApp(input: {
    tenantId: string;
    audience: string;
    clientId: string;
    installation: Installation;
    lifetimeSeconds: number;
    cae: boolean;
  }): Promise<string> {
    return this.sign(input.tenantId, input.audience, input.lifetimeSeconds, {
      appid: input.clientId,
      oid: input.installation.servicePrincipalId,
      sub: input.installation.servicePrincipalId,
      roles: input.installation.roles[input.audience] ?? [],
      wids: input.installation.directoryRoles,
      idtyp: "app",
      ...(input.cae ? { xms_cc: ["cp1"] } : {}),
    });
  }

  /** A delegated token of a partner's administrator. */
  async issueUser(input: {
    tenantId: string;
    audience: string;
    clientId: string;
    upn: string;
    scopes: string[];
    /** Directory roles the person holds in that tenant, through a relationship where it is a customer's. */
    directoryRoles: string[];
    lifetimeSeconds: number;
  }): Promise<string> {
    return this.sign(input.tenantId, input.audience, input.lifetimeSeconds, {
      appid: input.clientId,
      oid: input.upn,
      sub: input.upn,
      upn: input.upn,
      scp: input.scopes.join(" "),
      roles: [],
      wids: input.directoryRoles,
      idtyp: "user",
    });
  }

  /** Claims of a token this cloud signed and that has not expired by the virtual clock, else the reason. */
  async verify(token: string): Promise<{ claims: Claims } | { problem: string }> {
    try {
      const { payload } = await jwtVerify(token, this.keys.publicKey, {
        currentDate: new Date(this.clock.now()),
        algorithms: ["RS256"],
      });
      return { claims: payload as unknown as Claims };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : "unreadable token" };
    }
  }

  private async sign(
    tenantId: string,
    audience: string,
    lifetime: number,
    claims: Record<string, unknown>,
  ): Promise<string> {
    const now = Math.floor(this.clock.now() / 1000);
    return new SignJWT({ ...claims, tid: tenantId, ver: "1.0", uti: randomUUID() })
      .setProtectedHeader({ alg: "RS256", kid: this.privateJwk.kid as string, typ: "JWT" })
      .setIssuer(`https://sts.windows.net/${tenantId}/`)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setNotBefore(now - 300)
      .setExpirationTime(now + lifetime)
      .sign(this.keys.privateKey);
  }
}

/** The tenant a bearer token speaks of, unverified: only for routing faults and logs. */
export function peekTenant(authorization: string | null): string | null {
  const token = authorization?.replace(/^Bearer /i, "");
  if (!token) return null;
  try {
    return (decodeJwt(token).tid as string | undefined) ?? null;
  } catch {
    return null;
  }
}

async function loadKeys(jwk: JWK) {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...open } = jwk as JWK & Record<string, unknown>;
  return { privateKey: await importJWK(jwk, "RS256"), publicKey: await importJWK(open as JWK, "RS256") };
}
