import { Hono } from "hono";
import { grantConsent } from "../state/consent.ts";
import { RESOURCE } from "../state/identifiers.ts";
import { EXPECTED_DIRECTORY_ROLES } from "../state/permissions.ts";
import { authenticate } from "./authenticate.ts";
import type { Bindings } from "./call.ts";
import { recordViolation } from "./call.ts";
import { CloudError } from "./errors.ts";
import type { TokenService } from "./tokens.ts";

/** api.partnercenter.microsoft.com: consent for a customer, given with a delegated token of the partner. */
export function partnerCenterApp(tokens: TokenService): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  app.post("/v1/customers/:customer/applicationconsents", async (c) => {
    try {
      const call = await authenticate(c, tokens, RESOURCE.partner.audience);
      const customer = call.world.tenants.get(c.req.param("customer"));
      if (call.claims.idtyp !== "user" || call.world.partner?.tenantId !== call.tenant.id)
        throw new CloudError(401, "Unauthorized", "A delegated token of the partner is needed.");
      if (!customer || !call.world.partner.customers.includes(customer.id))
        throw new CloudError(404, "NotFound", "Customer not found.");
      if (customer.installation.state === "granted")
        throw new CloudError(409, "Conflict", "Permission entry already exists.");
      // the partner's delegated steps that follow in a real tenant (service principal, app roles, directory roles) are taken here at once
      grantConsent(call.world, customer, { directoryRoles: EXPECTED_DIRECTORY_ROLES });
      return Response.json(call.body(), { status: 201 });
    } catch (error) {
      if (error instanceof CloudError)
        return Response.json({ code: error.code, description: error.message }, { status: error.status });
      throw error;
    }
  });
  app.notFound((c) => {
    recordViolation(c, "unknown-path", null, new URL(c.req.url).pathname);
    return Response.json({ code: 404, description: "Unknown path" }, { status: 404 });
  });
  return app;
}
