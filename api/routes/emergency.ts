import { z } from "@hono/zod-openapi";
import { holdTenant, saveEmergencyAccounts } from "#db/repos/emergency.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { writeAudit } from "#db/repos/order.ts";
import { findMailbox } from "#db/repos/phish.ts";
import type { TenantRecord } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { may } from "#domain/access/may.ts";
import { type EmergencyAccount, isEmergencyListDue } from "#domain/tenant/emergency.ts";
import type { EmergencyView } from "#domain/view/emergency.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "../context.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { emergencySchema } from "../schema/emergency.ts";
import { id, sentence } from "../schema/parts.ts";

const params = z.object({ id });
const responses = { 200: json(emergencySchema, "The list as it now stands.") };
const MOST = 20;

const list = route("policy.view", {
  method: "get",
  path: "/api/tenants/{id}/emergency-accounts",
  summary: "Accounts of a tenant that Petra never locks by itself",
  request: { params },
  responses,
});

const add = route("policy.except", {
  method: "post",
  path: "/api/tenants/{id}/emergency-accounts",
  summary: "Name an emergency account",
  description: "Petra never locks it by itself: a person decides, whatever the policy says.",
  request: { params, body: body(z.strictObject({ account: z.string().trim().min(3).max(320), reason: sentence })) },
  responses,
});

const drop = route("policy.manage", {
  method: "post",
  path: "/api/tenants/{id}/emergency-accounts/drop",
  summary: "Take an account off the list of emergency accounts",
  request: { params, body: body(z.strictObject({ objectId: id, reason: sentence })) },
  responses,
});

const confirm = route("policy.manage", {
  method: "post",
  path: "/api/tenants/{id}/emergency-accounts/confirm",
  summary: "Say that the list of emergency accounts is right",
  description: "An empty list too: it says that there are none.",
  request: { params },
  responses,
});

type Listed = Pick<TenantRecord, "emergencyAccounts" | "emergencyConfirmed">;

const viewOf = (c: ApiContext, { emergencyAccounts, emergencyConfirmed }: Listed): EmergencyView => ({
  accounts: emergencyAccounts,
  confirmed: emergencyConfirmed,
  isDue: isEmergencyListDue(emergencyConfirmed, nowOf(c)),
  may: { add: may(c.get("viewer"), "policy.except").ok, change: may(c.get("viewer"), "policy.manage").ok },
});

type Change = { accounts: EmergencyAccount[]; action: string; object: string; detail: Record<string, unknown> };

/** Changes the list under the tenant's lock; an Admin who changes it has looked at it, so it is confirmed as well. */
async function change(
  c: ApiContext,
  tenantId: string,
  decide: (tenant: TenantRecord, tx: ScopedTx) => Promise<Change | undefined>,
): Promise<EmergencyView> {
  const [at, by] = [nowOf(c), actorOf(c.get("viewer"))];
  return inScope(c, async (tx) => {
    const tenant = await holdTenant(tx, tenantId);
    if (!tenant) throw notFound();
    const wanted = await decide(tenant, tx);
    if (!wanted) return viewOf(c, tenant);
    const { accounts, action, object, detail } = wanted;
    const confirmed = may(c.get("viewer"), "policy.manage").ok ? { by, at } : tenant.emergencyConfirmed;
    const saved = { emergencyAccounts: accounts, emergencyConfirmed: confirmed };
    await saveEmergencyAccounts(tx, tenantId, saved);
    const { orgId } = tenant;
    await writeAudit(tx, { orgId, tenantId, incidentId: null, at, actor: by, action, object, detail });
    return viewOf(c, saved);
  });
}

export const emergencyRoutes = createRouter()
  .openapi(list, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const view = await inScope(c, async (tx) => {
      const tenant = await findTenant(tx, tenantId);
      if (!tenant) throw notFound();
      return viewOf(c, tenant);
    });
    return c.json(view, 200);
  })
  .openapi(add, async (c) => {
    const { account, reason } = c.req.valid("json");
    const view = await change(c, c.req.valid("param").id, async ({ id: tenantId, emergencyAccounts }, tx) => {
      const found = await findMailbox(tx, tenantId, account);
      if (!found?.objectId) throw fail("conflict", "Petra knows no account of that name in this tenant.");
      const { objectId, upn: name } = found;
      if (emergencyAccounts.some((one) => one.objectId === objectId)) return undefined;
      if (emergencyAccounts.length >= MOST)
        throw fail("conflict", `A tenant has at most ${MOST} emergency accounts. Take one off the list first.`);
      const added = { objectId, name, reason, by: actorOf(c.get("viewer")), at: nowOf(c) };
      return { accounts: [...emergencyAccounts, added], action: "emergency.add", object: name, detail: { reason } };
    });
    return c.json(view, 200);
  })
  .openapi(drop, async (c) => {
    const { objectId, reason } = c.req.valid("json");
    const view = await change(c, c.req.valid("param").id, async ({ emergencyAccounts }) => {
      const known = emergencyAccounts.find((one) => one.objectId === objectId);
      if (!known) return undefined;
      const accounts = emergencyAccounts.filter((one) => one !== known);
      return { accounts, action: "emergency.drop", object: known.name, detail: { reason } };
    });
    return c.json(view, 200);
  })
  .openapi(confirm, async (c) => {
    const view = await change(c, c.req.valid("param").id, async ({ emergencyAccounts: accounts, name }) => ({
      accounts,
      action: "emergency.confirm",
      object: name,
      detail: { accounts: accounts.map((one) => one.name) },
    }));
    return c.json(view, 200);
  });
