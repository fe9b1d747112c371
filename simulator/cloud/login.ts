import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import { Hono } from "hono";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { strike } from "../state/faults.ts";
import { RESOURCE } from "../state/identifiers.ts";
import type { Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";
import { aadstsError } from "./aadsts.ts";
import type { Bindings, CloudContext } from "./call.ts";
import { consentRoutes } from "./consent.ts";
import { partnerSignInRoutes, redeemCode, redeemRefreshToken } from "./partner-sign-in.ts";
import type { TokenService } from "./tokens.ts";

const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const AUDIENCES = new Set<string>(Object.values(RESOURCE).map((r) => r.audience));

/** login.microsoftonline.com: discovery, keys, tokens, consent. */
export function loginApp(tokens: TokenService): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  app.get("/:tenant/v2.0/.well-known/openid-configuration", (c) => {
    const base = `https://login.microsoftonline.com/${c.req.param("tenant")}`;
    return c.json({
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
    });
  });
  app.get("/:tenant/discovery/v2.0/keys", (c) => c.json(tokens.jwks()));
  app.get("/common/discovery/instance", (c) =>
    c.json({
      tenant_discovery_endpoint: "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
      "api-version": "1.1",
      metadata: [
        {
          preferred_network: "login.microsoftonline.com",
          preferred_cache: "login.windows.net",
          aliases: ["login.microsoftonline.com", "login.windows.net"],
        },
      ],
    }),
  );
  app.post("/:tenant/oauth2/v2.0/token", (c) => tokenEndpoint(c, tokens));
  consentRoutes(app);
  partnerSignInRoutes(app);
  return app;
}

const recentRequests = new WeakMap<World, Map<string, number[]>>();

async function tokenEndpoint(c: CloudContext, tokens: TokenService): Promise<Response> {
  const world = c.env.world;
  const form = new URLSearchParams(c.env.bodyText);
  const grantType = form.get("grant_type");
  const tenantParam = c.req.param("tenant") ?? "";
  if (grantType === "authorization_code") return redeemCode(c, tokens, form);
  if (grantType === "refresh_token") return redeemRefreshToken(c, tokens, form, tenantParam);
  if (grantType !== "client_credentials") return aadstsError(world, 9002313);
  if (["common", "organizations", "consumers"].includes(tenantParam)) return aadstsError(world, 9001023);
  if (!GUID.test(tenantParam) && !tenantParam.includes(".")) return aadstsError(world, 900023);
  const tenant = world.findTenant(tenantParam);
  if (!tenant) return aadstsError(world, 90002);
  c.env.seen.tenantId = tenant.id;
  c.env.seen.appId = form.get("client_id");
  if (tenant.gone) return aadstsError(world, 5000224);
  const forced = strike(tenant, "token-error", { method: "POST", path: c.env.virtualPath }, world.rng);
  if (forced) return aadstsError(world, Number(forced.settings.aadsts ?? 90033));

  const scope = form.get("scope") ?? "";
  if (!scope.endsWith("/.default")) return aadstsError(world, 1002012);
  const audience = scope.slice(0, -"/.default".length).replace(/\/$/, "");
  if (!AUDIENCES.has(audience)) return aadstsError(world, 500011);
  const loop = loopDetected(world, `${tenant.id} ${scope}`);
  if (loop) return aadstsError(world, 50196);

  const refusal = (await refuseClient(c, form)) ?? refuseInstallation(tenant);
  if (refusal !== null) return aadstsError(world, refusal);

  const lifetimeFault = tenant.faults.find((f) => f.kind === "token-lifetime");
  const lifetimeSeconds = Number(lifetimeFault?.settings.seconds ?? 3599);
  const accessToken = await tokens.issueApp({
    tenantId: tenant.id,
    audience,
    clientId: form.get("client_id") ?? "",
    installation: tenant.installation,
    lifetimeSeconds,
    cae: (form.get("claims") ?? "").toLowerCase().includes("cp1"),
  });
  return Response.json({
    token_type: "Bearer",
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    access_token: accessToken,
  });
}

/** Many identical requests in a short time are a broken cache (AADSTS50196). */
function loopDetected(world: World, key: string): boolean {
  const byKey = recentRequests.get(world) ?? new Map<string, number[]>();
  recentRequests.set(world, byKey);
  const now = world.clock.now();
  const recent = (byKey.get(key) ?? []).filter((at) => now - at < 5_000);
  recent.push(now);
  byKey.set(key, recent);
  return recent.length > 60;
}

async function refuseClient(c: CloudContext, form: URLSearchParams): Promise<number | null> {
  const { our, clock } = c.env.world;
  if (form.get("client_id") !== our.clientId) return 700016;
  const secret = form.get("client_secret");
  if (secret !== null) return secret === our.clientSecret ? null : 7000215;
  const assertion = form.get("client_assertion");
  if (!assertion) return 9002313;
  const wanted = decodeProtectedHeader(assertion)["x5t#S256"];
  for (const certificate of our.certificates) {
    if (certificate.acceptedFrom > clock.now()) continue;
    const parsed = new X509Certificate(certificate.pem);
    const thumbprint = createHash("sha256").update(parsed.raw).digest("base64url");
    if (wanted !== undefined && wanted !== thumbprint) continue;
    try {
      await jwtVerify(assertion, createPublicKey(parsed.publicKey.export({ type: "spki", format: "pem" })), {
        algorithms: ["PS256", "RS256"],
        issuer: our.clientId,
        subject: our.clientId,
        // MSAL rounds nbf up to the next second; the real endpoint allows for clocks that differ.
        clockTolerance: "5 minutes",
      });
      return null;
    } catch {
      // the next certificate may be the right one
    }
  }
  return 700027;
}

function refuseInstallation(tenant: Tenant): number | null {
  switch (tenant.installation.state) {
    case "never":
      return 700016;
    case "removed":
      return 7000229;
    case "disabled":
      return 7000112;
    case "granted":
      return null;
  }
}
