import { z } from "@hono/zod-openapi";
import { auditLook } from "#db/repos/look.ts";
import { writeAudit } from "#db/repos/order.ts";
import { endException, findKillSwitch } from "#db/repos/policy.ts";
import { findAccountNamed } from "#db/repos/portal-policy.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { Viewer } from "#domain/access/may.ts";
import { NAME_MAX } from "#domain/limits.ts";
import { applyOverride, loosened } from "#domain/policy/document.ts";
import { EXCEPTION_KINDS, EXCEPTION_MAX_DAYS } from "#domain/policy/exception.ts";
import { policyOverrideSchema } from "#domain/policy/policy.schema.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "../context.ts";
import { demand } from "../demand.ts";
import { changeSetting } from "../loosening.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { id, sentence, time } from "../schema/parts.ts";
import { policySchema } from "../schema/policy.ts";
import { waitingSchema } from "../schema/second-word.ts";
import { loadPolicyView } from "../view/policy.ts";

const DAY_MS = 86_400_000;
const answer = { 200: json(policySchema, "The policy as it stands.") };
const answerOrWait = { ...answer, 202: json(waitingSchema, "It waits for a second person; nothing was changed yet.") };

const read = route("policy.view", {
  method: "get",
  path: "/api/policy",
  summary: "What Petra may do by itself: of the organization, or of one tenant",
  request: { query: z.object({ orgId: id.optional(), tenantId: id.optional() }) },
  responses: answer,
});

const save = route("policy.manage", {
  method: "post",
  path: "/api/policy",
  summary: "Save a new version of the policy; what it does not name is inherited",
  request: {
    body: body(
      z.strictObject({
        /** null = for every tenant of the organization */
        tenantId: id.nullable().default(null),
        /** The version the person saw, 0 = none */
        basedOn: z.int().min(0),
        document: policyOverrideSchema,
        reason: sentence,
      }),
    ),
  },
  responses: answerOrWait,
});

const kill = route("policy.stop", {
  method: "post",
  path: "/api/policy/kill-switch",
  summary: "Stop everything Petra does by itself at once, or let it act again",
  request: {
    body: body(
      z.strictObject({
        orgId: id.optional(),
        /** null = all tenants of the organization */
        tenantId: id.nullable().default(null),
        isOn: z.boolean(),
        reason: z.string().trim().max(2_000).default(""),
      }),
    ),
  },
  responses: answerOrWait,
});

const except = route("policy.except", {
  method: "post",
  path: "/api/policy/exceptions",
  summary: "Expect something of an account for a time: Petra asks instead of acting; detection goes on",
  request: {
    body: body(
      z.strictObject({
        tenantId: id,
        kind: z.enum(EXCEPTION_KINDS),
        /** Sign-in name or object id. */
        account: z.string().trim().min(1).max(NAME_MAX),
        countries: z
          .array(z.string().regex(/^[A-Z]{2}$/))
          .max(20)
          .default([]),
        addresses: z
          .array(z.union([z.ipv4(), z.ipv6()]))
          .max(50)
          .default([]),
        startsAt: time,
        endsAt: time,
        reason: sentence,
      }),
    ),
  },
  responses: answerOrWait,
});

const end = route("policy.except", {
  method: "post",
  path: "/api/policy/exceptions/{id}/end",
  summary: "End an exception before its time",
  request: { params: z.object({ id }), body: body(z.strictObject({})) },
  responses: answer,
});

/** A member's own organization; an analyst names one. */
function orgOf(viewer: Viewer, wanted: string | undefined): string {
  if (viewer.orgId === null) {
    if (!wanted) throw fail("invalid", "Say of which organization (orgId).");
    return wanted;
  }
  if (wanted && wanted !== viewer.orgId) throw notFound();
  return viewer.orgId;
}

async function view(c: ApiContext, tx: ScopedTx, at: { orgId: string; tenantId: string | null }) {
  const found = await loadPolicyView(tx, c.get("viewer"), at, nowOf(c));
  if (!found) throw notFound();
  return found;
}

const WAITING = { waits: true } as const;

export const policyRoutes = createRouter()
  .openapi(read, async (c) => {
    const { orgId: wanted, tenantId = null } = c.req.valid("query");
    const viewer = c.get("viewer");
    const orgId = orgOf(viewer, wanted);
    const found = await inScope(c, async (tx) => {
      const shown = await view(c, tx, { orgId, tenantId });
      await auditLook(tx, { orgId, tenantId, incidentId: null, object: "policy", name: viewer.name, now: nowOf(c) });
      return shown;
    });
    return c.json(found, 200);
  })
  .openapi(save, async (c) => {
    const { tenantId, basedOn, document, reason } = c.req.valid("json");
    const viewer = c.get("viewer");
    const orgId = orgOf(viewer, undefined);
    if (tenantId === null && document.marked)
      throw fail("invalid", "Accounts are marked in the policy of their tenant.");
    const saved = await inScope(c, async (tx) => {
      const before = await view(c, tx, { orgId, tenantId });
      const found = loosened(before.document, applyOverride(before.inherited, document));
      demand(c, found.length > 0 ? "loosen" : "act");
      if (before.version !== basedOn)
        throw fail("conflict", "Somebody saved another version meanwhile. Look at it and save again.", {
          reason: "plan-changed",
        });
      const what = `The policy ${before.tenant ? `of ${before.tenant.name} ` : ""}was loosened: ${found.join("; ")}`;
      const { waits } = await changeSetting(c, tx, {
        orgId,
        tenantId,
        deed: { kind: "policy", basedOn, document, before: before.override, loosened: found },
        ...(found.length > 0 ? { loosens: what } : {}),
        reason,
      });
      return waits ? undefined : view(c, tx, { orgId, tenantId });
    });
    return saved ? c.json(saved, 200) : c.json(WAITING, 202);
  })
  .openapi(kill, async (c) => {
    const { orgId: wanted, tenantId, isOn, reason } = c.req.valid("json");
    const viewer = c.get("viewer");
    const orgId = orgOf(viewer, wanted);
    if (!isOn && viewer.role !== "admin")
      throw fail("forbidden", "You may not let Petra act again. An Admin of the organization does that.");
    if (!isOn && reason === "") throw fail("invalid", "Say in words why Petra may act again.");
    // Stopping is one click of one person, whoever he is able to prove to be just now (S46).
    demand(c, isOn ? "none" : "loosen");
    const turned = await inScope(c, async (tx) => {
      const { tenant } = await view(c, tx, { orgId, tenantId });
      if (!isOn && !(await findKillSwitch(tx, orgId, tenantId))?.isOn) return view(c, tx, { orgId, tenantId });
      const where = tenant ? ` of ${tenant.name}` : "";
      const { waits } = await changeSetting(c, tx, {
        orgId,
        tenantId,
        deed: { kind: "kill-switch", isOn },
        ...(isOn ? {} : { loosens: `The kill switch${where} was switched off: Petra acts by itself again` }),
        reason,
      });
      return waits ? undefined : view(c, tx, { orgId, tenantId });
    });
    return turned ? c.json(turned, 200) : c.json(WAITING, 202);
  })
  .openapi(except, async (c) => {
    const { account: name, tenantId, ...input } = c.req.valid("json");
    const viewer = c.get("viewer");
    const orgId = orgOf(viewer, undefined);
    const now = nowOf(c);
    const lasts = Date.parse(input.endsAt) - Math.max(Date.parse(input.startsAt), Date.parse(now));
    if (input.endsAt <= now || lasts <= 0) throw fail("invalid", "The exception would be over before it begins.");
    if (lasts > EXCEPTION_MAX_DAYS * DAY_MS)
      throw fail("invalid", `An exception lasts ${EXCEPTION_MAX_DAYS} days at most.`);
    const made = await inScope(c, async (tx) => {
      const { tenant } = await view(c, tx, { orgId, tenantId });
      const account = await findAccountNamed(tx, tenantId, name);
      if (!account) throw fail("invalid", "Petra knows no account of this name in the tenant.");
      const { kind, reason, ...scope } = input;
      const { waits } = await changeSetting(c, tx, {
        orgId,
        tenantId,
        deed: { kind: "exception", exception: kind, tenantId, account, ...scope },
        loosens: `An exception until ${input.endsAt.slice(0, 10)} for ${account.upn} in ${tenant?.name}: Petra asks instead of acting`,
        reason,
      });
      return waits ? undefined : view(c, tx, { orgId, tenantId: null });
    });
    return made ? c.json(made, 200) : c.json(WAITING, 202);
  })
  .openapi(end, async (c) => {
    const { id: exceptionId } = c.req.valid("param");
    const viewer = c.get("viewer");
    const ended = await inScope(c, async (tx) => {
      const row = await endException(tx, exceptionId, actorOf(viewer), nowOf(c));
      if (!row) throw notFound();
      const { orgId, tenantId } = row;
      await writeAudit(tx, {
        orgId,
        tenantId,
        incidentId: null,
        at: nowOf(c),
        actor: actorOf(viewer),
        action: "exception.end",
        object: row.id,
        detail: { kind: row.kind },
      });
      return view(c, tx, { orgId, tenantId: null });
    });
    return c.json(ended, 200);
  });
