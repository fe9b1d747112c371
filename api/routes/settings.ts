import { z } from "@hono/zod-openapi";
import {
  listNotificationMethods,
  type NotificationMethod,
  setNotificationMethod,
} from "#db/repos/notification-methods.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { writeAudit } from "#db/repos/order.ts";
import { NAME_MAX } from "#domain/limits.ts";
import { actorOf, inScope, nowOf } from "../context.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { id } from "../schema/parts.ts";

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
      }),
    ),
  },
  responses: { 200: json(methodSchema, "The method as it stands.") },
});

export const settingsRoutes = createRouter()
  .openapi(list, async (c) => c.json((await inScope(c, listNotificationMethods)).map(view), 200))
  .openapi(set, async (c) => {
    const input = c.req.valid("json");
    const viewer = c.get("viewer");
    const { orgId } = viewer;
    if (!orgId) throw fail("forbidden", "Notification methods belong to the members of an organization.");
    const now = nowOf(c);
    const method = await inScope(c, async (tx) => {
      if (input.tenantId && !(await findTenant(tx, input.tenantId))) throw notFound();
      const { tenantId, isEnabled } = input;
      const stored = await setNotificationMethod(tx, { ...input, orgId, now });
      const entry = { orgId, tenantId, incidentId: null, at: now, actor: actorOf(viewer), object: stored.id };
      await writeAudit(tx, { ...entry, action: "notification-method.set", detail: { isEnabled } });
      return stored;
    });
    return c.json(view(method), 200);
  });
