import type { Hono } from "hono";
import { html } from "hono/html";
import { giveDirectoryRoles, grantConsent, grantedScope } from "../state/consent.ts";
import type { Tenant } from "../state/types.ts";
import type { Bindings, CloudContext } from "./call.ts";

/**
 * Admin consent (Microsoft identity platform, "admin consent protocols"): a page where a Global Administrator of
 * one tenant approves or refuses. `admin_consent=True` is present on errors too.
 */
export function consentRoutes(app: Hono<{ Bindings: Bindings }>): void {
  const show = (c: CloudContext): Response | Promise<Response> => {
    const wanted = c.req.param("tenant") ?? "organizations";
    const redirectUri = c.req.query("redirect_uri");
    if (wanted === "common") return c.text("AADSTS900144: use a tenant or 'organizations'.", 400);
    if (c.req.query("client_id") !== c.env.world.our.clientId || !redirectUri) {
      return c.text("AADSTS700016: application not found, or redirect_uri missing.", 400);
    }
    const tenants = wanted === "organizations" ? [...c.env.world.tenants.values()] : [c.env.world.findTenant(wanted)];
    const choices = tenants.filter((t): t is Tenant => t !== undefined && !t.gone);
    return c.html(page(c, choices, redirectUri));
  };
  app.get("/:tenant/v2.0/adminconsent", show);
  app.get("/:tenant/adminconsent", show);
  app.post("/:tenant/v2.0/adminconsent", decide);
  app.post("/:tenant/adminconsent", decide);
}

function decide(c: CloudContext): Response {
  const world = c.env.world;
  const form = new URLSearchParams(c.env.bodyText);
  const target = new URL(form.get("redirect_uri") ?? "");
  target.searchParams.set("admin_consent", "True");
  const state = form.get("state");
  if (state) target.searchParams.set("state", state);
  const tenant = world.findTenant(form.get("tenant") ?? "");
  if (!tenant || form.get("decision") !== "accept") {
    target.searchParams.set("error", "consent_required");
    target.searchParams.set("error_description", "AADSTS65004: User declined to consent to access the app.");
    return c.redirect(target.toString());
  }
  grantConsent(world, tenant);
  if (form.get("directory_roles") === "yes") giveDirectoryRoles(world, tenant);
  target.searchParams.set("tenant", tenant.id);
  target.searchParams.set("scope", grantedScope);
  return c.redirect(target.toString());
}

const STYLE = `body{font:15px system-ui,sans-serif;background:#f2f2f2;margin:0;display:grid;place-items:center;min-height:100vh}
main{background:#fff;padding:44px;max-width:440px;box-shadow:0 2px 6px #0003}h1{font-size:24px;font-weight:600;margin:0 0 4px}
label{display:block;margin:8px 0}.note{color:#555;font-size:13px}button{font:inherit;padding:6px 20px;margin:16px 8px 0 0;border:0;cursor:pointer}
button[value=accept]{background:#0067b8;color:#fff}.banner{background:#fff4ce;padding:8px 12px;margin:-12px 0 20px}`;

function page(c: CloudContext, tenants: Tenant[], redirectUri: string) {
  const rows = tenants.map((tenant, index) => {
    const admin = tenant.users.find((u) => tenant.accountRoles[u.id] === "admin") ?? tenant.users[0];
    return html`<label><input type="radio" name="tenant" value="${tenant.id}" ${index === 0 ? "checked" : ""} />
      ${tenant.displayName}<br /><span class="note">${admin?.upn ?? tenant.domain} (Global Administrator)</span></label>`;
  });
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8" /><meta name="viewport" content="width=device-width" />
    <title>Simulated Microsoft sign-in</title><style>${STYLE}</style></head><body><main>
    <p class="banner">Simulated Microsoft sign-in. No real account is involved.</p>
    <h1>Permissions requested</h1><p><b>Petra M365 Security Analyzer</b> asks for access to read audit logs and to contain compromised accounts.</p>
    <form method="post"><p>Approve as the Global Administrator of</p>${rows}
    <label class="note"><input type="checkbox" name="directory_roles" value="yes" checked /> Also assign the directory roles to the application
      (the administrator's second step; consent alone cannot)</label>
    <input type="hidden" name="redirect_uri" value="${redirectUri}" /><input type="hidden" name="state" value="${c.req.query("state") ?? ""}" />
    <button name="decision" value="accept">Accept</button><button name="decision" value="cancel">Cancel</button></form></main></body></html>`;
}
