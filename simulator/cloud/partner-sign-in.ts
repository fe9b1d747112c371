import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { html } from "hono/html";
import { aadstsError } from "./aadsts.ts";
import type { Bindings, CloudContext } from "./call.ts";
import type { TokenService } from "./tokens.ts";

/** Authorization code sign-in of a partner's administrator (secure application model). */
export function partnerSignInRoutes(app: Hono<{ Bindings: Bindings }>): void {
  app.get("/:tenant/oauth2/v2.0/authorize", (c) => {
    const { partner, our } = c.env.world;
    const redirectUri = c.req.query("redirect_uri");
    if (!partner || c.req.query("client_id") !== our.clientId || !redirectUri) return c.text("AADSTS50011", 400);
    const users = partner.users.map(
      (user) => html`<label><input type="radio" name="upn" value="${user.upn}" checked /> ${user.upn}</label>`,
    );
    return c.html(html`<!doctype html><html lang="en"><head><title>Simulated Microsoft sign-in</title></head><body><main>
      <h1>Simulated Microsoft sign-in</h1><p>Sign in as an administrator of the partner tenant.</p><form method="post">${users}
      <input type="hidden" name="redirect_uri" value="${redirectUri}" /><input type="hidden" name="state" value="${c.req.query("state") ?? ""}" />
      <button name="decision" value="accept">Sign in</button><button name="decision" value="cancel">Cancel</button></form></main></body></html>`);
  });
  app.post("/:tenant/oauth2/v2.0/authorize", (c) => {
    const world = c.env.world;
    const form = new URLSearchParams(c.env.bodyText);
    const redirectUri = form.get("redirect_uri") ?? "";
    const target = new URL(redirectUri);
    const state = form.get("state");
    if (state) target.searchParams.set("state", state);
    if (form.get("decision") !== "accept" || !world.partner) {
      target.searchParams.set("error", "access_denied");
      return c.redirect(target.toString());
    }
    const code = randomUUID();
    world.codes.set(code, { tenantId: world.partner.tenantId, upn: form.get("upn") ?? "", redirectUri });
    target.searchParams.set("code", code);
    return c.redirect(target.toString());
  });
}

export async function redeemCode(c: CloudContext, tokens: TokenService, form: URLSearchParams): Promise<Response> {
  const { world } = c.env;
  const code = form.get("code") ?? "";
  const kept = world.codes.get(code);
  if (form.get("client_secret") !== world.our.clientSecret) return aadstsError(world, 7000215);
  if (!kept || kept.redirectUri !== form.get("redirect_uri")) return aadstsError(world, 9002313);
  world.codes.delete(code);
  return delegatedTokens(c, tokens, kept.tenantId, kept.upn, form.get("scope") ?? "");
}

/** Each use rotates the token; the old one is refused afterwards (50173). */
export async function redeemRefreshToken(
  c: CloudContext,
  tokens: TokenService,
  form: URLSearchParams,
  tenantParam: string,
): Promise<Response> {
  const { world } = c.env;
  const kept = world.refreshTokens.find((r) => r.token === form.get("refresh_token"));
  if (form.get("client_secret") !== world.our.clientSecret) return aadstsError(world, 7000215);
  if (!kept) return aadstsError(world, 50173);
  if (world.clock.now() - kept.createdAt > 90 * 86_400_000) return aadstsError(world, 700082);
  const tenant = ["common", "organizations"].includes(tenantParam)
    ? world.tenants.get(kept.tenantId)
    : world.findTenant(tenantParam);
  if (!tenant) return aadstsError(world, 90002);
  const own = tenant.id === world.partner?.tenantId;
  if (!own && !world.partner?.customers.includes(tenant.id)) return aadstsError(world, 50020);
  world.refreshTokens = world.refreshTokens.filter((r) => r !== kept);
  return delegatedTokens(c, tokens, tenant.id, kept.upn, form.get("scope") ?? "");
}

async function delegatedTokens(
  c: CloudContext,
  tokens: TokenService,
  tenantId: string,
  upn: string,
  scope: string,
): Promise<Response> {
  const { world } = c.env;
  const resource = scope.split(" ").find((s) => s.startsWith("https://")) ?? "https://graph.microsoft.com/.default";
  const audience = new URL(resource).origin;
  const refreshToken = randomUUID();
  world.refreshTokens.push({
    token: refreshToken,
    tenantId: world.partner?.tenantId ?? tenantId,
    upn,
    createdAt: world.clock.now(),
  });
  world.touched();
  const accessToken = await tokens.issueUser({
    tenantId,
    audience,
    clientId: world.our.clientId,
    upn,
    scopes: [
      "user_impersonation",
      "Directory.ReadWrite.All",
      "AppRoleAssignment.ReadWrite.All",
      "Application.ReadWrite.All",
      "UserAuthenticationMethod.ReadWrite.All",
    ],
    directoryRoles: tenantId === world.partner?.tenantId ? [] : (world.partner?.gdapRoles ?? []),
    lifetimeSeconds: 3599,
  });
  return Response.json({
    token_type: "Bearer",
    scope,
    expires_in: 3599,
    ext_expires_in: 3599,
    access_token: accessToken,
    refresh_token: refreshToken,
  });
}
