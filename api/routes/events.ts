import { z } from "@hono/zod-openapi";
import { auditLook } from "#db/repos/look.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { type EventFilter, listEvents, taggedPhish } from "#db/repos/portal-events.ts";
import { findIncident } from "#db/repos/portal-incident.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { EVENT_CATEGORIES } from "#domain/event/event.ts";
import { CITED_ROWS_MAX, NAME_MAX, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from "#domain/limits.ts";
import type { EventPage } from "#domain/view/portal.ts";
import { type ApiContext, inScope, nowOf } from "../context.ts";
import { openCursor, sealCursor } from "../cursor.ts";
import { notFound } from "../problem.ts";
import { createRouter, json, route } from "../route.ts";
import { eventPageSchema } from "../schema/incident.ts";
import { id } from "../schema/parts.ts";
import { eventRow } from "../view/events.ts";

const params = z.object({ id });
const word = z.string().trim().min(1).max(NAME_MAX);
const query = z.object({
  category: z.enum(EVENT_CATEGORIES).optional(),
  upn: word.optional(),
  ip: word.optional(),
  verdict: z.enum(["attacker", "owner", "unclear"]).optional(),
  q: word.optional(),
  subject: word.optional(),
  sender: word.optional(),
  record: z
    .union([word, z.array(word).max(CITED_ROWS_MAX)])
    .transform((given) => (Array.isArray(given) ? given : [given]))
    .optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  cursor: z.string().max(2_000).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_ROWS_MAX).default(PAGE_ROWS_DEFAULT),
});
type Query = z.output<typeof query>;
const responses = { 200: json(eventPageSchema, "A page, newest first.") };

const ofTenant = route("incident.view", {
  method: "get",
  path: "/api/tenants/{id}/events",
  summary: "Records of a tenant",
  request: { params, query },
  responses,
});

const ofIncident = route("incident.view", {
  method: "get",
  path: "/api/incidents/{id}/events",
  summary: "Records of the account of an incident, with the verdict of each",
  request: { params, query },
  responses,
});

const exchange = route("incident.view", {
  method: "get",
  path: "/api/incidents/{id}/exchange",
  summary: "Exchange and mail records of the account of an incident",
  request: { params, query },
  responses,
});

type Place = { tenantId: string; incidentId?: string; accountId?: string; ownerBefore?: string };

async function page(c: ApiContext, tx: ScopedTx, place: Place, input: Query, only: Partial<EventFilter> = {}) {
  const { cursor, limit, record: records, ...given } = input;
  const { masterKey } = c.get("deps");
  const filter = {
    ...only,
    ...place,
    ...(records ? { records } : {}),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  const context = JSON.stringify([c.get("viewer").memberId, filter]);
  const after = cursor ? openCursor(masterKey, context, cursor) : undefined;
  const found = await listEvents(tx, { ...filter, limit, ...(after ? { after } : {}) });
  const phish = await taggedPhish(tx, place.tenantId);
  return {
    rows: found.rows.map((record) => eventRow(record, phish)),
    nextCursor: found.last ? sealCursor(masterKey, context, found.last) : null,
    total: found.total,
  } satisfies EventPage;
}

async function incidentPage(c: ApiContext, incidentId: string, input: Query, only?: Partial<EventFilter>) {
  return inScope(c, async (tx) => {
    const incident = await findIncident(tx, incidentId);
    if (!incident) throw notFound();
    const { tenantId, accountId, occurredAt } = incident;
    return page(c, tx, { tenantId, incidentId, accountId, ownerBefore: occurredAt }, input, only);
  });
}

export const eventRoutes = createRouter()
  .openapi(ofTenant, async (c) => {
    const { id: tenantId } = c.req.valid("param");
    const now = nowOf(c);
    const found = await inScope(c, async (tx) => {
      const tenant = await findTenant(tx, tenantId);
      if (!tenant) throw notFound();
      const { name } = c.get("viewer");
      await auditLook(tx, {
        orgId: tenant.orgId,
        tenantId,
        incidentId: null,
        object: `events of ${tenantId}`,
        name,
        now,
      });
      return page(c, tx, { tenantId }, c.req.valid("query"));
    });
    return c.json(found, 200);
  })
  .openapi(ofIncident, async (c) => c.json(await incidentPage(c, c.req.valid("param").id, c.req.valid("query")), 200))
  .openapi(exchange, async (c) => {
    const found = await incidentPage(c, c.req.valid("param").id, c.req.valid("query"), {
      categories: ["exchange", "email"],
    });
    return c.json(found, 200);
  });
