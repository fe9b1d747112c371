import { z } from "@hono/zod-openapi";
import { auditLooks } from "#db/repos/look.ts";
import { listNeverTouch } from "#db/repos/never-touch.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { writeAudit } from "#db/repos/order.ts";
import {
  findIncidentTenant,
  findPhish,
  keepPhish,
  listLonePhishes,
  listMatches,
  listPhishes,
  listPhishTenants,
  type ReportedPhish,
} from "#db/repos/phish.ts";
import {
  findPhishOrder,
  insertPhishOrder,
  listPhishCommands,
  listPhishOrders,
  lockPhishOrder,
  type PhishOrderRow,
  setPhishOrder,
} from "#db/repos/phish-orders.ts";
import { listTaggedPhish } from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { TEXT_FIELD_MAX } from "#domain/limits.ts";
import { PHISH_ACTS } from "#domain/phish/phish.ts";
import { hearSecond, WAIT_INSTEAD_MS } from "#domain/phish/preview.ts";
import type { CrossTenantView } from "#domain/view/phish.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "../context.ts";
import {
  mayWaitInstead,
  placeActs,
  placeLooks,
  planChanged,
  previewChosen,
  previewView,
  type Rung,
  ringAll,
  sessionOf,
  tellWaiting,
} from "../phish-orders.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { id, sentence } from "../schema/parts.ts";
import { crossTenantSchema, phishPreviewSchema } from "../schema/phish.ts";
import { crossTenantView, later } from "../view/phish.ts";

const params = z.object({ id });
const answered = { 200: json(crossTenantSchema, "The phish over the viewer's tenants.") };
const chosen = z.strictObject({ act: z.enum(PHISH_ACTS), matchIds: z.array(id).min(1).max(20_000) });

const list = route("incident.view", {
  method: "get",
  path: "/api/phish",
  summary: "Phish looked for over tenants: those of an incident, or all that have none",
  request: { query: z.object({ incidentId: id.optional() }) },
  responses: { 200: json(z.array(crossTenantSchema), "What was looked for.") },
});

const one = route("incident.view", {
  method: "get",
  path: "/api/phish/{id}",
  summary: "One phish with its copies in the tenants the viewer may see",
  request: { params },
  responses: answered,
});

const report = route("incident.remediate", {
  method: "post",
  path: "/api/phish",
  summary: "Look for a phish in every tenant the viewer may see; nothing is moved",
  request: {
    body: body(
      z.strictObject({
        commandId: id,
        tenantId: id,
        incidentId: id.exactOptional(),
        internetMessageId: z.string().trim().min(3).max(1_000),
        subject: z.string().max(TEXT_FIELD_MAX).exactOptional(),
        sender: z.string().max(TEXT_FIELD_MAX).exactOptional(),
      }),
    ),
  },
  responses: answered,
});

const preview = route("incident.remediate", {
  method: "post",
  path: "/api/phish/{id}/preview",
  summary: "What retracting or bringing back the chosen copies would do; nothing is done",
  request: { params, body: body(chosen) },
  responses: { 200: json(phishPreviewSchema, "The preview with its hash.") },
});

const order = route("incident.remediate", {
  method: "post",
  path: "/api/phish/{id}/orders",
  summary: "Retract the chosen copies or bring them back, as previewed",
  description:
    "In more than one tenant or more than 100 mailboxes it waits for a second person, 30 minutes at most. An organization of " +
    "one person may wait 15 minutes instead, with a notice.",
  request: {
    params,
    body: body(chosen.extend({ commandId: id, previewHash: z.string().length(64), waitInstead: z.boolean() })),
  },
  responses: answered,
});

const answer = route("incident.remediate", {
  method: "post",
  path: "/api/phish/orders/{id}/answer",
  summary: "The second person's word on an order over tenants",
  request: {
    params,
    body: body(
      z.discriminatedUnion("word", [
        z.strictObject({ word: z.literal("agree"), previewHash: z.string().length(64) }),
        z.strictObject({ word: z.literal("refuse"), reason: sentence }),
      ]),
    ),
  },
  responses: answered,
});

async function viewsOf(c: ApiContext, tx: ScopedTx, rows: ReportedPhish[]): Promise<CrossTenantView[]> {
  const viewer = c.get("viewer");
  const now = nowOf(c);
  const ids = rows.map((row) => row.id);
  const orgIds = [...new Set(rows.map((row) => row.orgId))];
  const tenants = (await Promise.all(orgIds.map((orgId) => listPhishTenants(tx, orgId)))).flat();
  const [matches, commands, orders] = [
    await listMatches(tx, ids),
    await listPhishCommands(tx, ids),
    await listPhishOrders(tx, ids),
  ];
  const listed = await listNeverTouch(tx, [...new Set(matches.map((row) => row.tenantId))]);
  const neverTouch = new Set(listed.map((row) => `${row.tenantId}/${row.mailboxObjectId}`));
  const tenantIds = [...new Set(matches.map((row) => row.tenantId))];
  await auditLooks(tx, { tenantIds, object: "phish", name: viewer.name, now });
  return rows.map((phish) => {
    const own = tenants.filter((tenant) => orgIds.length === 1 || commands.some((row) => row.tenantId === tenant.id));
    return crossTenantView({ viewer, phish, tenants: own, matches, commands, orders, neverTouch, now });
  });
}

async function viewOf(c: ApiContext, phishId: string): Promise<CrossTenantView> {
  const [view] = await inScope(c, async (tx) => {
    const phish = await findPhish(tx, phishId);
    return phish ? viewsOf(c, tx, [phish]) : [];
  });
  if (!view) throw notFound();
  return view;
}

export const phishRoutes = createRouter()
  .openapi(list, async (c) => {
    const { incidentId } = c.req.valid("query");
    const views = await inScope(c, async (tx) => {
      if (!incidentId) return viewsOf(c, tx, await listLonePhishes(tx));
      const tenantId = await findIncidentTenant(tx, incidentId);
      if (!tenantId) throw notFound();
      const mails = (await listTaggedPhish(tx, incidentId)).map((mail) => mail.internetMessageId);
      return viewsOf(c, tx, await listPhishes(tx, { tenantId, mails }));
    });
    return c.json(views, 200);
  })
  .openapi(one, async (c) => c.json(await viewOf(c, c.req.valid("param").id), 200))
  .openapi(report, async (c) => {
    const { commandId, tenantId, incidentId, internetMessageId, subject, sender } = c.req.valid("json");
    const now = nowOf(c);
    const by = actorOf(c.get("viewer"));
    const { phish, rung } = await inScope(c, async (tx) => {
      const tenant = await findTenant(tx, tenantId);
      if (!tenant) throw notFound();
      const tagged = incidentId ? await listTaggedPhish(tx, incidentId) : [];
      const mail = tagged.find((one) => one.internetMessageId === internetMessageId);
      if (incidentId && (mail?.tenantId !== tenantId || !(await findIncidentTenant(tx, incidentId)))) throw notFound();
      const kept = await keepPhish(tx, {
        id: commandId,
        orgId: tenant.orgId,
        tenantId,
        incidentId: incidentId ?? null,
        internetMessageId,
        subject: mail?.subject ?? subject ?? null,
        sender: mail?.sender ?? sender ?? null,
        fingerprintState: "asked",
        by,
        createdAt: now,
      });
      if (!kept) throw notFound();
      if (kept.id === commandId)
        await writeAudit(tx, {
          orgId: kept.orgId,
          tenantId,
          incidentId: incidentId ?? null,
          at: now,
          actor: by,
          action: "phish.look",
          object: kept.id,
          detail: { mail: internetMessageId },
        });
      return { phish: kept, rung: await placeLooks(c, tx, kept, commandId) };
    });
    await ringAll(c, phish.id, rung);
    return c.json(await viewOf(c, phish.id), 200);
  })
  .openapi(preview, async (c) => {
    const wish = c.req.valid("json");
    const view = await inScope(c, async (tx) => {
      const phish = await findPhish(tx, c.req.valid("param").id);
      if (!phish) throw notFound();
      return previewView(await previewChosen(tx, phish, wish), await mayWaitInstead(c, tx, phish));
    });
    return c.json(view, 200);
  })
  .openapi(order, async (c) => {
    const { commandId, previewHash, waitInstead, ...wish } = c.req.valid("json");
    const { id: phishId } = c.req.valid("param");
    const session = await sessionOf(c);
    const rung = await inScope(c, async (tx): Promise<Rung[]> => {
      const phish = await findPhish(tx, phishId);
      if (!phish) throw notFound();
      const known = await findPhishOrder(tx, commandId);
      if (known?.phishId === phishId) return known.state === "placed" ? placeActs(c, tx, phish, known) : [];
      const { preview: plan, hash } = await previewChosen(tx, phish, wish);
      if (hash !== previewHash) throw planChanged();
      if (plan.mails === 0) throw fail("conflict", "There is nothing to move among the chosen mails.");
      const waits = plan.needsSecond && waitInstead;
      if (waits && !(await mayWaitInstead(c, tx, phish)))
        throw fail("conflict", "Another person of your organization can agree: ask for the second word.");
      const row = orderRow(c, phish, { id: commandId, plan, hash, session, waits });
      if (!(await insertPhishOrder(tx, row)))
        throw fail("conflict", "This command id was used for another order. Reload the page and press again.");
      const { mails, mailboxes, needsSecond } = plan;
      await auditOrder(c, tx, phish, row, row.state === "waiting" ? "phish.ask-second" : `phish.${row.act}`, {
        mails,
        mailboxes,
        needsSecond,
        ...(row.notBefore ? { notBefore: row.notBefore } : {}),
      });
      if (row.state === "waiting") return [];
      if (waits) await tellWaiting(c, tx, phish, row);
      return placeActs(c, tx, phish, row);
    });
    await ringAll(c, phishId, rung);
    return c.json(await viewOf(c, phishId), 200);
  })
  .openapi(answer, async (c) => {
    const word = c.req.valid("json");
    const session = await sessionOf(c);
    const viewer = c.get("viewer");
    const now = nowOf(c);
    const { phish, rung } = await inScope(c, async (tx): Promise<{ phish: ReportedPhish; rung: Rung[] }> => {
      const held = await lockPhishOrder(tx, c.req.valid("param").id);
      const phish = held && (await findPhish(tx, held.phishId));
      if (!held || !phish) throw notFound();
      const by = { answeredBy: actorOf(viewer), answeredById: viewer.memberId, answeredAt: now };
      if (word.word === "refuse") {
        if (held.state !== "waiting") throw fail("conflict", "The order does not wait any more.");
        await setPhishOrder(tx, held.id, { state: "refused", reason: word.reason, ...by });
        await auditOrder(c, tx, phish, held, "phish.refuse-second", { reason: word.reason });
        return { phish, rung: [] };
      }
      const present = await previewChosen(tx, phish, { act: held.act, matchIds: held.matchIds });
      const said = { memberId: viewer.memberId, session, previewHash: word.previewHash, now };
      const heard = hearSecond(held, said);
      if (!heard.ok) throw fail("conflict", heard.reason, { reason: heard.code });
      if (present.hash !== held.previewHash) throw planChanged();
      await setPhishOrder(tx, held.id, { state: "placed", ...by });
      await auditOrder(c, tx, phish, held, "phish.agree-second", { mails: held.matchIds.length });
      return { phish, rung: await placeActs(c, tx, phish, held) };
    });
    await ringAll(c, phish.id, rung);
    return c.json(await viewOf(c, phish.id), 200);
  });

function orderRow(
  c: ApiContext,
  phish: ReportedPhish,
  made: {
    id: string;
    plan: Awaited<ReturnType<typeof previewChosen>>["preview"];
    hash: string;
    session: string;
    waits: boolean;
  },
): PhishOrderRow {
  const { plan, waits } = made;
  const now = nowOf(c);
  return {
    id: made.id,
    orgId: phish.orgId,
    phishId: phish.id,
    act: plan.act,
    tenantIds: plan.tenants.map((tenant) => tenant.tenantId),
    matchIds: plan.matchIds,
    mailboxes: plan.mailboxes,
    previewHash: made.hash,
    needsSecond: plan.needsSecond,
    notBefore: waits ? later(now, WAIT_INSTEAD_MS) : null,
    state: plan.needsSecond && !waits ? "waiting" : "placed",
    by: actorOf(c.get("viewer")),
    memberId: c.get("viewer").memberId,
    session: made.session,
    at: now,
    answeredBy: null,
    answeredById: null,
    answeredAt: null,
    reason: null,
  };
}

/** One audit row in each tenant it concerns: who sees the tenant sees what was ordered there. */
async function auditOrder(
  c: ApiContext,
  tx: ScopedTx,
  phish: ReportedPhish,
  row: Pick<PhishOrderRow, "id" | "tenantIds">,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  const entry = { at: nowOf(c), actor: actorOf(c.get("viewer")), action, object: row.id };
  for (const tenantId of row.tenantIds)
    await writeAudit(tx, {
      orgId: phish.orgId,
      tenantId,
      incidentId: null,
      ...entry,
      detail: { phish: phish.id, ...detail },
    });
}
