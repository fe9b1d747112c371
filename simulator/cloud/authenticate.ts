import { strike } from "../state/faults.ts";
import { finishPasswordResets } from "../state/password-resets.ts";
import { Call, type Claims, type CloudContext, recordViolation } from "./call.ts";
import { CloudError } from "./errors.ts";
import type { TokenService } from "./tokens.ts";

/**
 * Checks the bearer token of a call: signature, expiry by the virtual clock, audience, tenant.
 * Throws 401 InvalidAuthenticationToken; programming errors of the caller are also violations.
 */
export async function authenticate(
  c: CloudContext,
  tokens: TokenService,
  audience: string,
  pathTenant?: string,
): Promise<Call> {
  const header = c.req.header("authorization");
  if (!header?.startsWith("Bearer ")) {
    recordViolation(c, "missing-token", null, "no bearer token");
    throw new CloudError(401, "InvalidAuthenticationToken", "Access token is empty.");
  }
  const outcome = await tokens.verify(header.slice(7));
  if ("problem" in outcome) {
    const expired = outcome.problem.includes("exp");
    throw new CloudError(
      401,
      "InvalidAuthenticationToken",
      expired ? "Lifetime validation failed, the token is expired." : "IDX10223: token validation failed.",
    );
  }
  const { claims } = outcome;
  c.env.seen.appId = claims.appid;
  c.env.seen.tenantId = claims.tid;
  if (claims.aud.replace(/\/$/, "") !== audience) {
    recordViolation(c, "wrong-audience", claims.tid, `token for ${claims.aud} used at ${audience}`);
    throw new CloudError(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.");
  }
  if (pathTenant !== undefined && pathTenant.toLowerCase() !== claims.tid) {
    recordViolation(c, "cross-tenant-token", claims.tid, `token of ${claims.tid} used for ${pathTenant}`);
    throw new CloudError(401, "InvalidAuthenticationToken", "The tenant in the path is not the tenant of the token.");
  }
  const tenant = c.env.world.tenants.get(claims.tid);
  if (!tenant || tenant.gone)
    throw new CloudError(401, "InvalidAuthenticationToken", "The tenant for this token does not exist.");
  c.env.seen.authenticated = true;
  finishPasswordResets(c.env.world, tenant);
  challengeOnce(c, claims);
  return new Call(c, tenant, claims);
}

/** Continuous access evaluation for our own tokens: one claims challenge per token, then plain service. */
function challengeOnce(c: CloudContext, claims: Claims): void {
  const world = c.env.world;
  const tenant = world.tenants.get(claims.tid);
  if (world.caeChallenged.has(claims.jti)) return;
  const fault = strike(tenant, "cae-challenge", { method: c.req.method, path: c.env.virtualPath }, world.rng);
  if (!fault) return;
  world.caeChallenged.add(claims.jti);
  const wanted = { access_token: { nbf: { essential: true, value: String(Math.floor(world.clock.now() / 1000)) } } };
  const encoded = Buffer.from(JSON.stringify(wanted)).toString("base64");
  throw new CloudError(401, "InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge.", {
    "www-authenticate": `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="${encoded}"`,
  });
}
