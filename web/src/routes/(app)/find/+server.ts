import type { IncidentCard, TenantRow } from "#domain/view/portal.ts";
import type { FindAnswer } from "#lib/frame/find.ts";
import { apiGet } from "#lib/server/api.ts";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async (event) => {
  const [tenants, incidents] = await Promise.all([
    apiGet<TenantRow[]>(event, "/api/tenants"),
    apiGet<IncidentCard[]>(event, "/api/incidents"),
  ]);
  const answer: FindAnswer = {
    tenants: tenants.map(({ id, name, isSensitive }) => ({ id, name, isSensitive })),
    incidents: incidents.map(({ id, number, account, tenant }) => ({
      id,
      number,
      account: account.displayName ?? account.upn,
      tenant: tenant.name,
    })),
  };
  return Response.json(answer);
};
