import { createHash, randomBytes, randomInt } from "node:crypto";
import { insertMail } from "#db/repos/mail.ts";
import {
  bindConsent,
  findConsentTenant,
  findOrganization,
  insertConsentLink,
  insertTenant,
  listByMicrosoftTenant,
} from "#db/repos/onboarding.ts";
import { writeAudit } from "#db/repos/order.ts";
import { withScope } from "#db/tenancy.ts";
import { CONSENT_LINK_DAYS } from "#domain/limits.ts";
import type { AddTenantResult, PartnerCustomer } from "#domain/view/portal.ts";
import { type ApiContext, type ApiDeps, actorOf, inScope, nowOf } from "./context.ts";
import { ring } from "./orders.ts";
import { fail } from "./problem.ts";

const DAY_MS = 86_400_000;
const SHORT_ID_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789";
const newShortId = (): string =>
  Array.from({ length: 6 }, () => SHORT_ID_SIGNS[randomInt(SHORT_ID_SIGNS.length)]).join("");
const hashOf = (state: string): string => createHash("sha256").update(state).digest("hex");
const CALLBACK = "/api/consent/callback";

/** Microsoft's admin consent page ("Admin consent on the Microsoft identity platform"); `state` comes back with the answer. */
function adminConsentUrl(config: ApiDeps["config"], state: string): string {
  const url = new URL(`${config.loginOrigin}/organizations/v2.0/adminconsent`);
  url.searchParams.set("client_id", config.clientId);
  url.searchParams.set("scope", "https://graph.microsoft.com/.default");
  url.searchParams.set("redirect_uri", new URL(CALLBACK, config.publicUrl).toString());
  url.searchParams.set("state", state);
  return url.toString();
}

function orgIdOf(c: ApiContext): string {
  const { orgId } = c.get("viewer");
  if (!orgId) throw fail("forbidden", "Tenants are added by the members of an organization.");
  return orgId;
}

/** Makes a tenant that waits for consent, with a link that works once, and starts its onboarding. */
export async function addTenant(
  c: ApiContext,
  input: { name: string; responseEnabled: boolean; isScanOnly: boolean; adminEmail?: string | undefined },
): Promise<AddTenantResult> {
  const orgId = orgIdOf(c);
  const now = nowOf(c);
  const { config, bell } = c.get("deps");
  const state = randomBytes(32).toString("base64url");
  const shortId = newShortId();
  const consentUrl = adminConsentUrl(config, state);
  const { adminEmail, ...values } = input;
  const tenantId = await inScope(c, async (tx) => {
    const id = await insertTenant(tx, {
      ...values,
      orgId,
      shortId,
      onboardedBy: "individual",
      microsoftTenantId: null,
      now,
    });
    const expiresAt = new Date(Date.parse(now) + CONSENT_LINK_DAYS * DAY_MS).toISOString();
    await insertConsentLink(tx, { orgId, tenantId: id, stateHash: hashOf(state), now, expiresAt });
    if (adminEmail) await insertMail(tx, consentMail({ orgId, tenantId: id, to: adminEmail, link: consentUrl, now }));
    const actor = actorOf(c.get("viewer"));
    await writeAudit(tx, { orgId, tenantId: id, incidentId: null, at: now, actor, action: "tenant.add", object: id });
    return id;
  });
  await ring(c, () => bell.startOnboarding(tenantId));
  return { tenantId, shortId, consentUrl, approvalLink: consentUrl };
}

const consentMail = (mail: { orgId: string; tenantId: string; to: string; link: string; now: string }) => ({
  orgId: mail.orgId,
  tenantId: mail.tenantId,
  incidentId: null,
  key: `consent:${mail.tenantId}`,
  recipient: mail.to,
  subject: "Please approve Petra for your Microsoft 365 tenant",
  text: [
    "Your IT provider asks you, as a Global Administrator, to let Petra watch your Microsoft 365 tenant for account compromises.",
    "",
    mail.link,
    "",
    `The link works once, within ${CONSENT_LINK_DAYS} days. You see at Microsoft which rights are asked for.`,
  ].join("\n"),
  now: mail.now,
});

export type ConsentOutcome = "approved" | "refused" | "used" | "expired" | "other-tenant" | "taken" | "unknown";

/**
 * Microsoft's answer after the consent page. An error is looked at first, because `admin_consent` is missing or false
 * then. Binds the Microsoft tenant to the row the state stands for, once; nothing of the answer is believed but the id,
 * which onboarding proves with a token of that tenant.
 */
export async function finishConsent(
  c: ApiContext,
  answer: {
    state?: string | undefined;
    error?: string | undefined;
    tenant?: string | undefined;
    admin_consent?: string | undefined;
  },
): Promise<ConsentOutcome> {
  const deps = c.get("deps");
  const consent = answer.state ? await findConsentTenant(deps.app, hashOf(answer.state)) : undefined;
  if (!consent) return "unknown";
  const now = nowOf(c);
  const { orgId, tenantId, consentId } = consent;
  const audited = { orgId, tenantId, incidentId: null, at: now, actor: { kind: "system" as const, room: "consent" } };
  const { tenant: microsoftTenantId } = answer;
  const isGiven = !answer.error && answer.admin_consent?.toLowerCase() === "true" && isUuid(microsoftTenantId);
  const outcome = await withScope(deps.app, { kind: "worker", orgId, tenantId }, async (tx) => {
    const bound = isGiven ? await bindConsent(tx, { consentId, tenantId, microsoftTenantId, now }) : undefined;
    const result: ConsentOutcome = bound === undefined ? "refused" : bound === "bound" ? "approved" : bound;
    await writeAudit(tx, { ...audited, action: `consent.${result}`, object: tenantId });
    return result;
  });
  if (outcome === "approved") await ring(c, () => deps.bell.startOnboarding(tenantId));
  return outcome;
}

const isUuid = (text: string | undefined): text is string =>
  text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Customers of the organization's partner tenant beside what Petra knows of them; empty until a partner is connected. */
export async function listCustomers(c: ApiContext): Promise<PartnerCustomer[]> {
  const { organization, known } = await inScope(c, async (tx) => ({
    organization: await findOrganization(tx),
    known: await listByMicrosoftTenant(tx),
  }));
  if (!organization?.partnerTenantId) return [];
  const customers = await c
    .get("deps")
    .partner.listCustomers(organization.partnerTenantId)
    .catch(() => {
      throw fail("unavailable", "Microsoft's Partner Center does not answer. Try again in a minute.");
    });
  const byId = new Map(known.map((row) => [row.microsoftTenantId, row]));
  return customers.map((customer) => {
    const row = byId.get(customer.microsoftTenantId);
    return {
      microsoftTenantId: customer.microsoftTenantId,
      name: customer.name,
      gdap: customer.gdapActive ? "ready" : "missing",
      gdapUntil: customer.gdapUntil,
      petraStatus: statusOf(row?.phase),
      tenantId: row && row.phase !== "removed" ? row.id : null,
      isLegacy: row?.onboardedBy === "individual",
      emailPermission: row?.capabilities.some((one) => one.id === "mail-permission" && one.ok) ?? false,
    };
  });
}

function statusOf(phase: string | undefined): PartnerCustomer["petraStatus"] {
  if (phase === undefined || phase === "consent") return "Not Protected";
  if (phase === "removed") return "Previously Deleted";
  if (phase === "paused") return "Paused";
  return phase === "scanning" ? "Scanning" : "Monitoring";
}

type Onboarded = {
  microsoftTenantId: string;
  tenantId: string | null;
  state: "started" | "already-there" | "refused";
  reason: string | null;
};

/** Onboards customers at once under the partner's delegated rights; each with its own outcome. */
export async function onboardCustomers(
  c: ApiContext,
  input: { microsoftTenantIds: string[]; responseEnabled: boolean; isScanOnly: boolean },
): Promise<Onboarded[]> {
  const orgId = orgIdOf(c);
  const customers = new Map((await listCustomers(c)).map((customer) => [customer.microsoftTenantId, customer]));
  const results: Onboarded[] = [];
  for (const microsoftTenantId of new Set(input.microsoftTenantIds)) {
    const customer = customers.get(microsoftTenantId);
    const refuse = (reason: string) => results.push({ microsoftTenantId, tenantId: null, state: "refused", reason });
    if (!customer) refuse("It is not a customer of your partner tenant.");
    else if (customer.tenantId)
      results.push({ microsoftTenantId, tenantId: customer.tenantId, state: "already-there", reason: null });
    else if (customer.petraStatus === "Previously Deleted") refuse("It was removed before. Restore it in Settings.");
    else if (customer.gdap === "missing")
      refuse("There is no active GDAP relationship. Renew it in the Partner Center.");
    else {
      const { responseEnabled, isScanOnly } = input;
      const now = nowOf(c);
      const tenantId = await inScope(c, async (tx) => {
        const values = { name: customer.name, responseEnabled, isScanOnly, shortId: newShortId(), orgId, now };
        const id = await insertTenant(tx, { ...values, onboardedBy: "gdap", microsoftTenantId });
        const actor = actorOf(c.get("viewer"));
        await writeAudit(tx, {
          orgId,
          tenantId: id,
          incidentId: null,
          at: now,
          actor,
          action: "tenant.add",
          object: id,
        });
        return id;
      });
      await ring(c, () => c.get("deps").bell.startOnboarding(tenantId));
      results.push({ microsoftTenantId, tenantId, state: "started", reason: null });
    }
  }
  return results;
}
