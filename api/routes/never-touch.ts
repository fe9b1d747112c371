import { z } from "@hono/zod-openapi";
import { addNeverTouch, dropNeverTouch, listNeverTouch } from "#db/repos/never-touch.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { writeAudit } from "#db/repos/order.ts";
import { findMailbox } from "#db/repos/phish.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { NeverTouchView } from "#domain/view/phish.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "../context.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { id, sentence } from "../schema/parts.ts";
import { neverTouchSchema } from "../schema/phish.ts";
import { actorFor } from "../view/actor.ts";

const params = z.object({ id });
const responses = { 200: json(z.array(neverTouchSchema), "The list as it now stands.") };

const list = route("policy.view", {
  method: "get",
  path: "/api/tenants/{id}/never-touch",
  summary: "Mailboxes of a tenant out of which Petra never takes a mail",
  request: { params },
  responses,
});

const add = route("policy.except", {
  method: "post",
  path: "/api/tenants/{id}/never-touch",
  summary: "Put a mailbox on the never-touch list",
  request: { params, body: body(z.strictObject({ mailbox: z.string().trim().min(3).max(320), reason: sentence })) },
  responses,
});

const drop = route("policy.manage", {
  method: "post",
  path: "/api/tenants/{id}/never-touch/drop",
  summary: "Take a mailbox off the never-touch list",
  request: { params, body: body(z.strictObject({ mailboxObjectId: id, reason: sentence })) },
  responses,
});

async function viewsOf(c: ApiContext, tx: ScopedTx, tenantId: string): Promise<NeverTouchView[]> {
  const viewer = c.get("viewer");
  return (await listNeverTouch(tx, [tenantId])).map(({ mailboxObjectId, mailbox, reason, by, at }) => ({
    mailboxObjectId,
    mailbox,
    reason,
    by: actorFor(viewer, by),
    at,
  }));
}

async function ownerOf(tx: ScopedTx, tenantId: string) {
  const tenant = await findTenant(tx, tenantId);
  if (!tenant) throw notFound();
  return { orgId: tenant.orgId, tenantId, incidentId: null };
}

export const neverTouchRoutes = createRouter()
  .openapi(list, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const views = await inScope(c, async (tx) => {
      await ownerOf(tx, tenantId);
      return viewsOf(c, tx, tenantId);
    });
    return c.json(views, 200);
  })
  .openapi(add, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const { mailbox, reason } = c.req.valid("json");
    const by = { at: nowOf(c), by: actorOf(c.get("viewer")) };
    const views = await inScope(c, async (tx) => {
      const owner = await ownerOf(tx, tenantId);
      const account = await findMailbox(tx, tenantId, mailbox);
      if (!account?.objectId) throw fail("conflict", "Petra knows no account of that name in this tenant.");
      const row = { orgId: owner.orgId, tenantId, mailboxObjectId: account.objectId, mailbox: account.upn, reason };
      if (await addNeverTouch(tx, { ...row, ...by }))
        await writeAudit(tx, {
          ...owner,
          at: by.at,
          actor: by.by,
          action: "never-touch.add",
          object: account.upn,
          detail: { reason },
        });
      return viewsOf(c, tx, tenantId);
    });
    return c.json(views, 200);
  })
  .openapi(drop, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const { mailboxObjectId, reason } = c.req.valid("json");
    const views = await inScope(c, async (tx) => {
      const owner = await ownerOf(tx, tenantId);
      const known = (await listNeverTouch(tx, [tenantId])).find((row) => row.mailboxObjectId === mailboxObjectId);
      if (known && (await dropNeverTouch(tx, tenantId, mailboxObjectId)))
        await writeAudit(tx, {
          ...owner,
          at: nowOf(c),
          actor: actorOf(c.get("viewer")),
          action: "never-touch.drop",
          object: known.mailbox,
          detail: { reason },
        });
      return viewsOf(c, tx, tenantId);
    });
    return c.json(views, 200);
  });
