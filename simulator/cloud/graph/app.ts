import { Hono } from "hono";
import type { Bindings } from "../call.ts";
import { recordViolation } from "../call.ts";
import { CloudError, graphError } from "../errors.ts";
import type { TokenService } from "../tokens.ts";
import { applicationRoutes } from "./applications.ts";
import { appRoutes } from "./apps.ts";
import { auditQueryRoutes } from "./audit-queries.ts";
import { batchRoute } from "./batch.ts";
import { conditionalAccessRoutes } from "./conditional-access.ts";
import { deviceRoutes } from "./devices.ts";
import { directoryRoleRoutes } from "./directory-roles.ts";
import { groupRoutes } from "./groups.ts";
import { logRoutes } from "./logs.ts";
import { mailRoutes } from "./mail.ts";
import { messageRuleRoutes } from "./message-rules.ts";
import { messageTraceRoutes } from "./message-traces.ts";
import { methodRoutes } from "./methods.ts";
import { organizationRoutes } from "./organization.ts";
import { partnerRoutes } from "./partner.ts";
import { passwordResetRoutes } from "./password-resets.ts";
import { graphRoutes } from "./route.ts";
import { userRoutes } from "./users.ts";

/** graph.microsoft.com, v1.0 and beta. */
export function graphApp(tokens: TokenService): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  const routes = graphRoutes(app, tokens);
  batchRoute(app);
  organizationRoutes(routes);
  logRoutes(routes);
  auditQueryRoutes(routes);
  methodRoutes(routes);
  passwordResetRoutes(routes);
  mailRoutes(routes);
  messageRuleRoutes(routes);
  messageTraceRoutes(routes);
  appRoutes(routes);
  applicationRoutes(routes);
  deviceRoutes(routes);
  directoryRoleRoutes(routes);
  groupRoutes(routes);
  conditionalAccessRoutes(routes);
  partnerRoutes(routes);
  userRoutes(routes);
  app.notFound((c) => {
    recordViolation(
      c,
      "unknown-path",
      c.env.seen.tenantId,
      `${c.req.method} ${new URL(c.req.url).pathname} is not part of the simulated Graph`,
    );
    return graphError(c, new CloudError(404, "UnknownPath", "The simulated cloud does not know this path."));
  });
  return app;
}
