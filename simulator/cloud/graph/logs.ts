import { DAY } from "../../clock.ts";
import type { Json, StoredRecord } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, notFound } from "../errors.ts";
import { entity, page, readAsOf } from "../odata.ts";
import { type GraphRoutes, type Permission, READ_DIRECTORY } from "./route.ts";
import { requirePremium } from "./users.ts";

const READ_LOGS: Permission = READ_DIRECTORY.map((d) => ["AuditLog.Read.All", ...d]);

/** Members the v1.0 sign-in has; everything else is beta only (Graph CSDL). */
const V1_MEMBERS = new Set([
  "id",
  "appDisplayName",
  "appId",
  "appliedConditionalAccessPolicies",
  "authenticationAppDeviceDetails",
  "clientAppUsed",
  "conditionalAccessStatus",
  "correlationId",
  "createdDateTime",
  "deviceDetail",
  "homeTenantId",
  "ipAddress",
  "isInteractive",
  "location",
  "resourceDisplayName",
  "resourceId",
  "resourceTenantId",
  "riskDetail",
  "riskEventTypes",
  "riskEventTypes_v2",
  "riskLevelAggregated",
  "riskLevelDuringSignIn",
  "riskState",
  "servicePrincipalId",
  "servicePrincipalName",
  "status",
  "userAgent",
  "userDisplayName",
  "userId",
  "userPrincipalName",
]);

export function logRoutes(routes: GraphRoutes): void {
  routes.on("get", "/auditLogs/signIns", READ_LOGS, (call) => {
    requirePremium(call);
    const asOf = readAsOf(call);
    const stream = call.beta ? chosenStream(call) : "interactiveUser";
    const since = asOf - 30 * DAY;
    const rows = call.tenant.signIns.filter((s) => s.stream === stream && s.availableAt <= asOf && s.at >= since);
    return page(
      call,
      newestFirst(rows, call.beta ? identity : v1Form),
      { defaultSize: 1000, maxSize: 1000, ...(call.beta ? {} : { refuseFilterOn: ["signInEventTypes"] }) },
      "auditLogs/signIns",
    );
  });
  routes.on("get", "/auditLogs/signIns/:id", READ_LOGS, (call) => {
    requirePremium(call);
    const id = call.c.req.param("id") ?? "";
    const row = call.tenant.signIns.findLast((s) => s.record.id === id && s.availableAt <= call.now);
    if (!row) throw notFound(id);
    return entity(call, call.beta ? row.record : v1Form(row.record), "auditLogs/signIns");
  });
  routes.on("get", "/auditLogs/directoryAudits", READ_LOGS, (call) => {
    const asOf = readAsOf(call);
    const since = asOf - (call.tenant.p1 || call.tenant.p2 ? 30 : 7) * DAY;
    const rows = call.tenant.directoryAudits.filter((s) => s.availableAt <= asOf && s.at >= since);
    return page(call, newestFirst(rows, identity), { defaultSize: 1000, maxSize: 1000 }, "auditLogs/directoryAudits");
  });
}

const identity = (record: Json): Json => record;
const v1Form = (record: Json): Json =>
  Object.fromEntries(Object.entries(record).filter(([key]) => V1_MEMBERS.has(key)));

function newestFirst(rows: StoredRecord[], form: (record: Json) => Json): Json[] {
  return rows.toSorted((a, b) => b.at - a.at).map((row) => form(row.record));
}

/** beta serves one stream per request; without a filter the interactive one. */
function chosenStream(call: Call): string {
  const filter = call.query.get("$filter") ?? "";
  if (!filter.includes("signInEventTypes")) return "interactiveUser";
  const named = [...filter.matchAll(/eq '(interactiveUser|nonInteractiveUser|servicePrincipal|managedIdentity)'/g)].map(
    (m) => m[1],
  );
  if (named.length !== 1) throw badRequest("Only one sign-in event type may be asked for at a time.", "BadRequest");
  return named[0] as string;
}
