import { z } from "@hono/zod-openapi";
import { listNotificationMethods, type NotificationMethod } from "#db/repos/notification-methods.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { NAME_MAX, TEXT_FIELD_MAX } from "#domain/limits.ts";
import { inScope } from "../context.ts";
import { demand, demandReason } from "../demand.ts";
import { changeSetting } from "../loosening.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { id } from "../schema/parts.ts";
import { waitingSchema } from "../schema/second-word.ts";

const methodSchema = z
  .object({ id, tenantId: id.nullable(), kind: z.enum(["email"]), address: z.string(), isEnabled: z.boolean() })
  .openapi("NotificationMethod");
const view = ({ id: methodId, tenantId, kind, address, isEnabled }: NotificationMethod) => ({
  id: methodId,
  tenantId,
  kind,
  address,
  isEnabled,
});

const list = route("notification.view", {
  method: "get",
  path: "/api/settings/notifications",
  summary: "Notification methods of the organization",
  responses: { 200: json(z.array(methodSchema), "Methods, oldest first.") },
});

const set = route("notification.manage", {
  method: "post",
  path: "/api/settings/notifications",
  summary: "Add an address for notifications, or switch one on or off",
  request: {
    body: body(
      z.strictObject({
        /** null = for every tenant */
        tenantId: id.nullable().default(null),
        address: z.email().max(NAME_MAX),
        isEnabled: z.boolean().default(true),
        /** Needed to switch one off. */
        reason: z.string().trim().max(TEXT_FIELD_MAX).default(""),
      }),
    ),
  },
  responses: {
    200: json(methodSchema, "The method as it stands."),
    202: json(waitingSchema, "It waits for a second person; nothing was changed yet."),
  },
});

const security = route("security.manage", {
  method: "post",
  path: "/api/settings/security",
  summary: "Require a second factor of everybody in the organization, or not any more",
  request: {
    body: body(
      z.strictObject({ requiresFactor: z.boolean(), reason: z.string().trim().max(TEXT_FIELD_MAX).default("") }),
    ),
  },
  responses: {
    200: json(z.object({ requiresFactor: z.boolean() }), "The setting as it stands."),
    202: json(waitingSchema, "It waits for a second person; nothing was changed yet."),
  },
});

export const settingsRoutes = createRouter()
  .openapi(list, async (c) => c.json((await inScope(c, listNotificationMethods)).map(view), 200))
  .openapi(set, async (c) => {
    const input = c.req.valid("json");
    const viewer = c.get("viewer");
    const { orgId } = viewer;
    if (!orgId) throw fail("forbidden", "Notification methods belong to the members of an organization.");
    const deed = input.isEnabled ? "act" : "loosen";
    demand(c, deed);
    demandReason(deed, input.reason);
    const method = await inScope(c, async (tx) => {
      const { tenantId, isEnabled, address, reason } = input;
      if (tenantId && !(await findTenant(tx, tenantId))) throw notFound();
      const { waits } = await changeSetting(c, tx, {
        orgId,
        tenantId,
        deed: { kind: "notification-method", address, isEnabled },
        ...(isEnabled ? {} : { loosens: `${address} is not notified any more` }),
        reason,
      });
      const methods = waits ? [] : await listNotificationMethods(tx);
      return methods.find((one) => one.tenantId === tenantId && one.address === address);
    });
    return method ? c.json(view(method), 200) : c.json({ waits: true } as const, 202);
  })
  .openapi(security, async (c) => {
    const { requiresFactor, reason } = c.req.valid("json");
    const viewer = c.get("viewer");
    const { orgId } = viewer;
    if (!orgId) throw fail("forbidden", "This is a setting of an organization.");
    const deed = requiresFactor ? "act" : "loosen";
    demand(c, deed);
    demandReason(deed, reason);
    const { waits } = await inScope(c, (tx) =>
      changeSetting(c, tx, {
        orgId,
        tenantId: null,
        deed: { kind: "requires-factor", requiresFactor },
        ...(requiresFactor ? {} : { loosens: "Second factors are not required any more" }),
        reason,
      }),
    );
    return waits ? c.json({ waits: true } as const, 202) : c.json({ requiresFactor }, 200);
  });
